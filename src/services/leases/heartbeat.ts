import type { LeaseHeartbeat, LeaseOrder } from '../../contract/index.ts';
import { extendLease } from '../../store/queries/leases.ts';
import { workerEventRow } from '../jobs/job-event-row.ts';
import type { Services } from '../ports.ts';
import { leaseLost } from './lease.ts';

/** Keeps the lease, stores progress and events, and says what the job's user asked for. */
export async function heartbeatLease(
  services: Services,
  jobId: string,
  { lease_token: leaseToken, progress, events }: LeaseHeartbeat,
): Promise<LeaseOrder> {
  const nowMs = services.clock.nowMs();
  const extended = await extendLease(services.db, {
    jobId,
    leaseToken,
    leaseExpiresMs: nowMs + services.settings.leaseDurationMs,
    progress,
    events: events.map((event) => workerEventRow({ jobId, leaseToken }, event, nowMs)),
  });
  if (!extended) throw leaseLost({ jobId, leaseToken });
  return { order: extended.requestedOrder ?? 'continue' };
}
