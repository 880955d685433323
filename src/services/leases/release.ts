import type { JobStatus, ReleaseJob } from '../../contract/index.ts';
import type { Services } from '../ports.ts';
import { endAttempt } from './end-attempt.ts';
import { leaseLost } from './lease.ts';

/**
 * The worker stops: the job goes where its user's order says, or back to the queue at no cost. The order in the row
 * decides, not the outcome the worker names, because it may have changed since its last heartbeat.
 */
export async function releaseJob(
  services: Services,
  jobId: string,
  { lease_token: leaseToken }: ReleaseJob,
): Promise<{ status: JobStatus }> {
  const job = await endAttempt(services, { jobId, leaseToken }, { kind: 'released' });
  if (!job) throw leaseLost({ jobId, leaseToken });
  return { status: job.status };
}
