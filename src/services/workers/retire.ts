import { listRunningJobsOfWorker } from '../../store/queries/leases.ts';
import { deleteWorker, listWorkersByName } from '../../store/queries/workers.ts';
import { endAttempt } from '../leases/end-attempt.ts';
import type { Services } from '../ports.ts';
import { workerDirectoryOf } from './directory.ts';

/** Forgets every worker of a name that is known to be gone: no prediction is sent there, and its jobs are queued again at once. */
export async function retireWorkers(services: Services, name: string): Promise<void> {
  for (const { id } of await listWorkersByName(services.db, name)) await retireWorker(services, id);
}

/** Forgets one worker that is known to be gone. */
export async function retireWorker(services: Services, id: string): Promise<void> {
  // The row goes first: a claim that still comes from the old process is then refused.
  await deleteWorker(services.db, id);
  workerDirectoryOf(services).changed();
  for (const { id: jobId, leaseToken } of await listRunningJobsOfWorker(services.db, id)) {
    if (leaseToken !== null) await endAttempt(services, { jobId, leaseToken }, { kind: 'worker_replaced' });
  }
}
