import { listWorkersSeenSince } from '../../store/queries/workers.ts';
import type { WorkerRow } from '../../store/queries/workers.ts';
import type { Services } from '../ports.ts';

/** How often a worker is to say that it is there. */
export const HEARTBEAT_MS = 5_000;
const MISSED_HEARTBEATS = 3;

/** Workers that said something within three heartbeats. */
export const listAliveWorkers = (services: Services): Promise<WorkerRow[]> =>
  listWorkersSeenSince(services.db, aliveSinceMs(services));

export const isAlive = (services: Services, { lastSeenMs }: Pick<WorkerRow, 'lastSeenMs'>): boolean =>
  lastSeenMs >= aliveSinceMs(services);

export const aliveSinceMs = ({ clock }: Services): number => clock.nowMs() - MISSED_HEARTBEATS * HEARTBEAT_MS;
