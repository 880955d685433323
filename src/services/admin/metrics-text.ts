import type { QueueStats } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { metricsOf } from '../metrics.ts';
import type { GaugeName } from '../metrics.ts';
import { readQueueStats } from './queue-stats.ts';

const SOURCES = {
  te_queue_size: 'queued_inputs',
  levigate_queued_tokens: 'queued_tokens',
  levigate_in_flight_predictions: 'in_flight_predictions',
  levigate_waiting_predictions: 'waiting_predictions',
  levigate_refused_predictions: 'refused_predictions',
  levigate_workers_alive: 'workers_alive',
  levigate_workers_draining: 'workers_draining',
  levigate_queued_jobs: 'queued_jobs',
  levigate_running_jobs: 'running_jobs',
  levigate_oldest_queued_job_age_seconds: 'oldest_queued_job_age_s',
} as const satisfies Record<GaugeName, Exclude<keyof QueueStats, 'object'>>;

/** Everything this process counts, and what waits, in Prometheus' text format. */
export async function getMetricsText(ctx: Context): Promise<string> {
  requireScope(ctx, 'admin:read');
  const { registry, gauges } = metricsOf(ctx.services);
  const stats = await readQueueStats(ctx.services);
  for (const [name, gauge] of Object.entries(gauges)) gauge.set(stats[SOURCES[name as GaugeName]]);
  return registry.toText();
}
