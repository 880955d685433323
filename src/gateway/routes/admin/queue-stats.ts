import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { QueueStats, QueueStatsQuery } from '../../../contract/index.ts';
import { getQueueStats } from '../../../services/admin/queue-stats.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/admin/queue-stats',
  tags: ['Administration'],
  summary: 'What waits for workers, as flat JSON for an autoscaler',
  description: 'Needs the scope `admin:read`. KEDA reads it with its `metrics-api` scaler: docs/serving.md.',
  request: { query: QueueStatsQuery },
  responses: { 200: json(QueueStats, 'Over all projects'), ...failures(400) },
});

export const registerQueueStats = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await getQueueStats(c.get('context'), c.req.valid('query')), 200));
