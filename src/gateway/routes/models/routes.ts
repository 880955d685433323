import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { registerDeleteModel } from './delete.ts';
import { registerExportModel } from './export.ts';
import { registerGetModelDrift } from './get-drift.ts';
import { registerGetModelGraph } from './get-graph.ts';
import { registerGetModel } from './get.ts';
import { registerImportModel } from './import.ts';
import { registerListModels } from './list.ts';

export function modelRoutes(): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  for (const register of [
    registerListModels,
    registerGetModel,
    registerGetModelDrift,
    registerGetModelGraph,
    registerExportModel,
    registerImportModel,
    registerDeleteModel,
  ])
    register(app);
  return app;
}
