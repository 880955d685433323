import { createRoute, z } from '@hono/zod-openapi';
import type { Services } from '../../../services/ports.ts';
import { listAliveWorkers } from '../../../services/workers/list-alive.ts';
import { teiHealth, teiWatch } from './define.ts';
import type { TeiApp } from './tei-app.ts';

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const health = createRoute(teiHealth('/health'));
const ping = createRoute(teiHealth('/ping'));
const metricsText = createRoute({
  ...teiWatch('/metrics', "What TEI's dashboards read, of this process"),
  responses: { 200: { description: "In Prometheus' text format", content: { 'text/plain': { schema: z.string() } } } },
});

/** What tells a watcher nothing of any model. */
export function registerWatch({ app, metrics }: TeiApp, services: Services): void {
  for (const route of [health, ping]) {
    app.openapi(route, async (c) => {
      const isHealthy = (await listAliveWorkers(services)).length > 0;
      return isHealthy ? c.body(null, 200) : c.json({ error: 'unhealthy', error_type: 'Unhealthy' }, 503);
    });
  }
  app.openapi(metricsText, async (c) => {
    const queued = (await listAliveWorkers(services)).reduce((sum, { queuedInputs }) => sum + queuedInputs, 0);
    return c.text(metrics.render(queued), 200, { 'content-type': METRICS_TYPE });
  });
}
