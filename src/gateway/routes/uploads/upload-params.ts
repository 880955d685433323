import { z } from '@hono/zod-openapi';

export const UploadParams = z.object({ upload_id: z.string() });
