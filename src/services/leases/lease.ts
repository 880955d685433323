import { LevigateError } from '../../contract/index.ts';
import { findLeasedJob } from '../../store/queries/leases.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import type { Services } from '../ports.ts';

/** One attempt at one job; the token is its fencing token. */
export interface Lease {
  readonly jobId: string;
  readonly leaseToken: string;
}

export const leaseLost = ({ jobId }: Lease): LevigateError =>
  new LevigateError(
    'lease_lost',
    `the lease on ${jobId} is no longer held: another attempt has it, or the job ended. Drop this work.`,
  );

/** @returns the running job; rejects with `lease_lost` for a stale token */
export async function requireLease(services: Services, lease: Lease): Promise<JobRow> {
  const job = await findLeasedJob(services.db, lease);
  if (job?.status !== 'running') throw leaseLost(lease);
  return job;
}
