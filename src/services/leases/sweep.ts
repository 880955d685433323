import { listExpiredLeases } from '../../store/queries/leases.ts';
import { deleteWorkersNotSeenSince } from '../../store/queries/workers.ts';
import type { Services } from '../ports.ts';
import { endAttempt } from './end-attempt.ts';

const JOBS_PER_SWEEP = 100;
const FORGET_WORKERS_AFTER_MS = 24 * 3_600_000;

/**
 * Ends the attempts whose lease ran out, and forgets workers not seen for a day. Any number of gateways may run it at
 * once. @returns how many leases had run out; call again at once when it is 100
 */
export async function sweepLeases(services: Services): Promise<number> {
  const nowMs = services.clock.nowMs();
  const expired = await listExpiredLeases(services.db, nowMs, JOBS_PER_SWEEP);
  for (const { id, leaseToken } of expired) {
    if (leaseToken !== null) await endAttempt(services, { jobId: id, leaseToken }, { kind: 'lease_expired' });
  }
  await deleteWorkersNotSeenSince(services.db, nowMs - FORGET_WORKERS_AFTER_MS);
  return expired.length;
}
