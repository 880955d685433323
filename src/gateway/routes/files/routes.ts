import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { registerGetFileContent } from './content.ts';
import { registerCreateFile } from './create.ts';
import { registerDeleteFile } from './delete.ts';
import { registerGetFile } from './get.ts';
import { registerListFiles } from './list.ts';

export function fileRoutes(): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  for (const register of [
    registerCreateFile,
    registerListFiles,
    registerGetFile,
    registerGetFileContent,
    registerDeleteFile,
  ]) {
    register(app);
  }
  return app;
}
