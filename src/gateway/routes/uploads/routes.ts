import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { registerAddUploadPart } from './add-part.ts';
import { registerCancelUpload } from './cancel.ts';
import { registerCompleteUpload } from './complete.ts';
import { registerCreateUpload } from './create.ts';

export function uploadRoutes(): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  for (const register of [registerCreateUpload, registerAddUploadPart, registerCompleteUpload, registerCancelUpload]) {
    register(app);
  }
  return app;
}
