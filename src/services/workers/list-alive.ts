import { listWorkersSeenSince } from '../../store/queries/workers.ts';
import type { WorkerRow } from '../../store/queries/workers.ts';
import type { Services } from '../ports.ts';

const MISSED_HEARTBEATS = 3;

/** Workers that said something within three heartbeats. */
export function listAliveWorkers(services: Services): Promise<WorkerRow[]> {
  const sinceMs = services.clock.nowMs() - MISSED_HEARTBEATS * services.settings.workerHeartbeatMs;
  return listWorkersSeenSince(services.db, sinceMs);
}
