import type { WorkerRow } from '../../store/queries/workers.ts';
import { perDatabase } from '../per-database.ts';
import type { Services } from '../ports.ts';
import { isAlive, listAliveWorkers } from './list-alive.ts';

/** Bounds how long a worker that another gateway was told of is not known here. */
const FRESH_MS = 1_000;

export interface WorkerDirectory {
  /** Workers that a prediction may be sent to: heard of lately and not draining, as read a second ago at most. */
  listServing(services: Services): Promise<readonly WorkerRow[]>;
  /** A worker came, went or said something here: read again before the next use. */
  changed(): void;
}

/** The workers' rows in memory, so that a prediction does not wait for the database. */
export const workerDirectoryOf = perDatabase<WorkerDirectory>(() => {
  let rows: readonly WorkerRow[] = [];
  let readMs = Number.NEGATIVE_INFINITY;
  let version = 0;
  return {
    async listServing(services) {
      const nowMs = services.clock.nowMs();
      if (nowMs - readMs >= FRESH_MS) {
        // Every request reads for itself: in workerd one cannot wait for another's.
        const readVersion = version;
        const read = await listAliveWorkers(services);
        rows = read.filter(({ isDraining }) => !isDraining);
        if (readVersion === version) readMs = nowMs;
      }
      return rows.filter((row) => isAlive(services, row));
    },
    changed() {
      version += 1;
      readMs = Number.NEGATIVE_INFINITY;
    },
  };
});
