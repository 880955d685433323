import { listRunningJobsOfWorker } from '../../store/queries/leases.ts';
import { listWorkersByName } from '../../store/queries/workers.ts';
import type { Services } from '../ports.ts';

/** Whether a worker of the name has a job. */
export async function isWorkerBusy({ db }: Pick<Services, 'db'>, name: string): Promise<boolean> {
  for (const { id } of await listWorkersByName(db, name))
    if ((await listRunningJobsOfWorker(db, id)).length > 0) return true;
  return false;
}
