import type { FailJob, JobStatus } from '../../contract/index.ts';
import type { Services } from '../ports.ts';
import { endAttempt } from './end-attempt.ts';
import { leaseLost } from './lease.ts';

/** The attempt failed: queued again while the error may pass and attempts are left, else failed with the worker's error. */
export async function failJob(
  services: Services,
  jobId: string,
  { lease_token: leaseToken, error, retryable }: FailJob,
): Promise<{ status: JobStatus }> {
  const job = await endAttempt(services, { jobId, leaseToken }, { kind: 'failed', error, retryable });
  if (!job) throw leaseLost({ jobId, leaseToken });
  return { status: job.status };
}
