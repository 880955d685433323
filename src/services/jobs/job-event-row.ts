import { createId, LIMITS } from '../../contract/index.ts';
import type { NewJobEvent, WorkerEvent } from '../../contract/index.ts';
import type { JobEventRow } from '../../store/queries/job-events.ts';

interface Attempt {
  readonly jobId: string;
  readonly leaseToken: string;
}

/** Gives a worker's event its id and time. Ids sort in the order of the calls. */
export function workerEventRow(
  { jobId, leaseToken }: Attempt,
  { sequence, ...event }: WorkerEvent,
  nowMs: number,
): JobEventRow {
  return jobEventRow(jobId, event, { nowMs, sourceKey: `${leaseToken}:${sequence}` });
}

/** A plain message of the gateway's own. */
export function jobMessage(
  jobId: string,
  nowMs: number,
  message: string,
  { level = 'info', data = null }: { readonly level?: NewJobEvent['level']; readonly data?: NewJobEvent['data'] } = {},
): JobEventRow {
  return jobEventRow(jobId, { level, message, type: 'message', data }, { nowMs, sourceKey: null });
}

const jobEventRow = (
  jobId: string,
  event: NewJobEvent,
  { nowMs, sourceKey }: { readonly nowMs: number; readonly sourceKey: string | null },
): JobEventRow => ({ id: createId('jobEvent', nowMs), jobId, ...bounded(event), createdMs: nowMs, sourceKey });

/** A hundred events travel to the database in one value; whole listings are in the report. */
function bounded({ message, data, ...event }: NewJobEvent): NewJobEvent {
  const isDataLarge = data !== null && JSON.stringify(data).length > LIMITS.eventDataChars;
  return { ...event, message: message.slice(0, LIMITS.eventMessageChars), data: isDataLarge ? { is_cut: true } : data };
}
