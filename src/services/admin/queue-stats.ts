import type { QueueStats, QueueStatsQuery } from '../../contract/index.ts';
import { countQueue } from '../../store/queries/queue-stats.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import type { Services } from '../ports.ts';
import { aliveSinceMs } from '../workers/list-alive.ts';

/** What waits for workers, over all projects: for what starts and stops them. */
export function getQueueStats(ctx: Context, query: QueueStatsQuery): Promise<QueueStats> {
  requireScope(ctx, 'admin:read');
  return readQueueStats(ctx.services, query);
}

export async function readQueueStats(services: Services, { backbone }: QueueStatsQuery = {}): Promise<QueueStats> {
  const nowMs = services.clock.nowMs();
  const counts = await countQueue(services.db, { backbone, nowMs, aliveSinceMs: aliveSinceMs(services) });
  const ageSeconds = (sinceMs: number | null): number => (sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs) / 1000);
  const { queuedJobs, runningJobs, waitingPredictions, refusedPredictions, inFlight } = counts;
  return {
    object: 'queue_stats',
    demand: queuedJobs + runningJobs + waitingPredictions + refusedPredictions + inFlight,
    queued_jobs: queuedJobs,
    running_jobs: runningJobs,
    oldest_queued_job_age_s: ageSeconds(counts.firstQueuedMs),
    waiting_predictions: waitingPredictions,
    refused_predictions: refusedPredictions,
    oldest_waiting_prediction_age_s: ageSeconds(counts.firstWaitingMs),
    in_flight_predictions: inFlight,
    queued_inputs: counts.queuedInputs,
    queued_tokens: counts.queuedTokens,
    workers_alive: counts.workersAlive,
    workers_draining: counts.workersDraining,
  };
}
