import { z } from '@hono/zod-openapi';

export const FileParams = z.object({ file_id: z.string() });
