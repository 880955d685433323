import { listQueuedJobIds } from '../../store/queries/leases.ts';
import type { Services } from '../ports.ts';

/** Bounds what one look starts; the next is a minute later. */
const JOBS_PER_LOOK = 16;

/** Wakes a worker of the platform's own for each job that waits; one that runs already claims it by itself. */
export async function wakeForQueuedJobs({ db, wakeWorker }: Pick<Services, 'db' | 'wakeWorker'>): Promise<void> {
  for (const id of await listQueuedJobIds(db, JOBS_PER_LOOK)) wakeWorker(id);
}
