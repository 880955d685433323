import { listExpiredLeases } from '../../store/queries/leases.ts';
import { deleteWorkersNotSeenSince } from '../../store/queries/workers.ts';
import type { Services } from '../ports.ts';
import { RETENTION_MS } from '../retention.ts';
import { endAttempt } from './end-attempt.ts';

const JOBS_PER_SWEEP = 100;

/**
 * Ends the attempts whose lease ran out, and forgets workers that say nothing any more. Any number of gateways may run it at
 * once. @returns how many leases had run out; call again at once when it is 100
 */
export async function sweepLeases(services: Services): Promise<number> {
  const nowMs = services.clock.nowMs();
  const expired = await listExpiredLeases(services.db, nowMs, JOBS_PER_SWEEP);
  for (const { id, leaseToken } of expired) {
    if (leaseToken !== null) await endAttempt(services, { jobId: id, leaseToken }, { kind: 'lease_expired' });
  }
  await deleteWorkersNotSeenSince(services.db, nowMs - RETENTION_MS.silentWorker);
  return expired.length;
}
