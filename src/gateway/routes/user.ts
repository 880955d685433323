import { OpenAPIHono } from '@hono/zod-openapi';
import type { Services } from '../../services/ports.ts';
import { invalidRequest } from '../errors/invalid-request.ts';
import type { GatewayEnv } from '../gateway-env.ts';
import { systemOneRoutes } from '../facades/systemone/routes.ts';
import { chatRoutes } from '../facades/chat/routes.ts';
import { authenticate } from '../middleware/authenticate.ts';
import { idempotency } from '../middleware/idempotency.ts';
import { batchRoutes } from './batches/routes.ts';
import { embeddingRoutes } from './embeddings/routes.ts';
import { featureRoutes } from './features/routes.ts';
import { adminRoutes } from './admin/routes.ts';
import { fileRoutes } from './files/routes.ts';
import { fineTuningRoutes } from './fine-tuning/routes.ts';
import { keyRoutes } from './keys/routes.ts';
import { modelRoutes } from './models/routes.ts';
import { predictRoutes } from './predict/routes.ts';
import { uploadRoutes } from './uploads/routes.ts';
import { usageRoutes } from './usage/routes.ts';
import { webhookRoutes } from './webhooks/routes.ts';

/** Everything a user's API key reaches, one folder per resource, one verb per file. */
export function userRoutes(services: Services): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  app.use(authenticate(services), idempotency);
  for (const routes of [
    featureRoutes,
    fileRoutes,
    uploadRoutes,
    keyRoutes,
    fineTuningRoutes,
    modelRoutes,
    predictRoutes,
    systemOneRoutes,
    embeddingRoutes,
    batchRoutes,
    chatRoutes,
    usageRoutes,
    webhookRoutes,
    adminRoutes,
  ])
    app.route('/', routes());
  return app;
}
