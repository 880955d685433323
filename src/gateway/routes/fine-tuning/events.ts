import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { JobEvent, page, PageQuery } from '../../../contract/index.ts';
import { listJobEvents } from '../../../services/jobs/list-events.ts';
import { watchJobEvents } from '../../../services/jobs/watch-events.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { EVENT_STREAM, failures, json } from '../../openapi/responses.ts';
import { streamEvents } from './stream-events.ts';
import { JobParams } from './job-params.ts';

const route = createRoute({
  method: 'get',
  path: '/fine_tuning/jobs/{fine_tuning_job_id}/events',
  tags: ['Fine-tuning'],
  summary: "List a job's events, newest first, or follow them",
  description:
    'With `accept: text/event-stream` or `stream=true`: server-sent events, oldest first, each with its id; resume with `Last-Event-ID`. ' +
    'The stream ends after the event whose `data.status` is succeeded, failed or cancelled, and after five minutes at the latest.',
  request: { params: JobParams, query: PageQuery.extend({ stream: z.enum(['true', 'false']).optional() }) },
  responses: {
    200: {
      ...json(page(JobEvent), 'A page of events, or the stream'),
      content: {
        'application/json': { schema: page(JobEvent) },
        'text/event-stream': EVENT_STREAM,
      },
    },
    ...failures(400, 404),
  },
});

export const registerListEvents = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { fine_tuning_job_id: jobId } = c.req.valid('param');
    const { stream, ...query } = c.req.valid('query');
    const wantsStream = stream === 'true' || (c.req.header('accept') ?? '').includes('text/event-stream');
    if (!wantsStream) return c.json(await listJobEvents(c.get('context'), jobId, query), 200);
    const after = c.req.header('last-event-id') ?? query.after;
    const nextBatch = await watchJobEvents(c.get('context'), { jobId, after });
    return streamEvents(c, nextBatch);
  });
