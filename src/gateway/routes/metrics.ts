import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { getMetricsText } from '../../services/admin/metrics-text.ts';
import type { Services } from '../../services/ports.ts';
import { METRICS_TYPE } from '../../telemetry/metrics.ts';
import { invalidRequest } from '../errors/invalid-request.ts';
import type { GatewayEnv } from '../gateway-env.ts';
import { authenticate } from '../middleware/authenticate.ts';
import { failures } from '../openapi/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['Administration'],
  summary: "This process's metrics in Prometheus' text format",
  description: 'Needs the scope `admin:read`: set `authorization.credentials` in the scrape configuration.',
  responses: {
    200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
    ...failures(),
  },
});

/** Where Prometheus looks for it: at the root. */
export function metricsRoute(services: Services): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  app.use('/metrics', authenticate(services));
  app.openapi(route, async (c) =>
    c.text(await getMetricsText(c.get('context')), 200, { 'content-type': METRICS_TYPE }),
  );
  return app;
}
