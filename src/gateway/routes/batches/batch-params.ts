import { z } from '@hono/zod-openapi';

export const BatchParams = z.object({ batch_id: z.string() });
