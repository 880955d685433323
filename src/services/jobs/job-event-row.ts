import { createId } from '../../contract/index.ts';
import type { NewJobEvent } from '../../contract/index.ts';
import type { JobEventRow } from '../../store/queries/job-events.ts';

/** Gives an event its id and time. Ids sort in the order of the calls. */
export function jobEventRow(jobId: string, event: NewJobEvent, nowMs: number): JobEventRow {
  return { id: createId('jobEvent', nowMs), jobId, ...event, createdMs: nowMs };
}

/** A plain message of the gateway's own. */
export function jobMessage(
  jobId: string,
  nowMs: number,
  message: string,
  { level = 'info', data = null }: { readonly level?: NewJobEvent['level']; readonly data?: NewJobEvent['data'] } = {},
): JobEventRow {
  return jobEventRow(jobId, { level, message, type: 'message', data }, nowMs);
}
