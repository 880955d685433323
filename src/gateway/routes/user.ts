import { OpenAPIHono } from '@hono/zod-openapi';
import type { Services } from '../../services/ports.ts';
import { invalidRequest } from '../errors/invalid-request.ts';
import type { GatewayEnv } from '../gateway-env.ts';
import { registerSystemOne } from '../facades/systemone/routes.ts';
import { registerChat } from '../facades/chat/routes.ts';
import { authenticate } from '../middleware/authenticate.ts';
import { idempotency } from '../middleware/idempotency.ts';
import { batchRoutes } from './batches/routes.ts';
import { registerCreateEmbeddings } from './embeddings/create.ts';
import { registerPurgeFeatureCache } from './features/purge.ts';
import { adminRoutes } from './admin/routes.ts';
import { fileRoutes } from './files/routes.ts';
import { fineTuningRoutes } from './fine-tuning/routes.ts';
import { keyRoutes } from './keys/routes.ts';
import { modelRoutes } from './models/routes.ts';
import { registerPredict } from './predict/create.ts';
import { uploadRoutes } from './uploads/routes.ts';
import { registerUsage } from './usage/list.ts';
import { webhookRoutes } from './webhooks/routes.ts';

/** Everything a user's API key reaches, one folder per resource, one verb per file. */
export function userRoutes(services: Services): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  app.use(authenticate(services), idempotency);
  for (const register of [
    registerPurgeFeatureCache,
    ...fileRoutes,
    ...uploadRoutes,
    ...keyRoutes,
    ...fineTuningRoutes,
    ...modelRoutes,
    registerPredict,
    registerSystemOne,
    registerCreateEmbeddings,
    ...batchRoutes,
    registerChat,
    registerUsage,
    ...webhookRoutes,
    ...adminRoutes,
  ])
    register(app);
  return app;
}
