import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { metricsOf } from '../metrics.ts';
import { readQueueStats } from './queue-stats.ts';

/** Everything this process counts, and what waits, in Prometheus' text format. */
export async function getMetricsText(ctx: Context): Promise<string> {
  requireScope(ctx, 'admin:read');
  const { registry, gauges } = metricsOf(ctx.services);
  const stats = await readQueueStats(ctx.services);
  for (const { gauge, of } of gauges) gauge.set(stats[of]);
  return registry.toText();
}
