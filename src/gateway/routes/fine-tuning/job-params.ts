import { z } from '@hono/zod-openapi';

export const JobParams = z.object({ fine_tuning_job_id: z.string() });
