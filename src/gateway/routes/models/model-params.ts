import { z } from '@hono/zod-openapi';

export const ModelParams = z.object({ model: z.string() });
