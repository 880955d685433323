import { JobFailedError } from '../errors.ts';
import { fetchPage } from '../page.ts';
import type { PageParams, PagePromise } from '../page.ts';
import { ask, delay } from '../request.ts';
import type { RequestOptions, Send } from '../request.ts';
import { readServerSentEvents } from '../server-sent-events.ts';
import type { CreateJobParams, DryRun, Job, JobCheckpoint, JobEvent } from '../types/fine-tuning.ts';
import type { FineTuningReport } from '../types/report.ts';

export interface WaitOptions extends RequestOptions {
  /** Called with the job whenever it was asked after. */
  readonly onProgress?: (job: Job) => void;
  /** Between two questions; default 1 s. */
  readonly pollIntervalMs?: number;
}

export interface ReportOptions extends RequestOptions {
  /** Default `json`. */
  readonly format?: 'json' | 'csv';
}

export interface Jobs {
  create(params: Omit<CreateJobParams, 'dry_run'>, options?: RequestOptions): Promise<Job>;
  /** Reads and checks the files as `create` does, estimates the duration, and makes no job. */
  dryRun(params: CreateJobParams, options?: RequestOptions): Promise<DryRun>;
  retrieve(id: string, options?: RequestOptions): Promise<Job>;
  list(params?: PageParams, options?: RequestOptions): PagePromise<Job>;
  cancel(id: string, options?: RequestOptions): Promise<Job>;
  /** A queued job pauses at once, a running one after its worker stored a checkpoint. */
  pause(id: string, options?: RequestOptions): Promise<Job>;
  /** Queues a paused job again; a pause that was not obeyed yet is taken back. */
  resume(id: string, options?: RequestOptions): Promise<Job>;
  /**
   * Queues a job that trains a succeeded one again and compares the adapters. `wait` for it: its `verification` then says whether they are the same.
   * @throws ConflictError unless the job succeeded
   */
  verify(id: string, options?: RequestOptions): Promise<Job>;
  /** The model after each of the last epochs, which can be asked under a name of its own. */
  checkpoints(id: string, params?: PageParams, options?: RequestOptions): PagePromise<JobCheckpoint>;
  /** Waits for the end. @returns the succeeded job. @throws JobFailedError when it failed or was cancelled */
  wait(id: string, options?: WaitOptions): Promise<Job>;
  /** Every event from the first, as it happens; ends with the job. Reconnects where the stream breaks. */
  events(id: string, options?: RequestOptions): AsyncGenerator<JobEvent>;
  /**
   * `format: 'csv'` gives its table as text: one line per method and split.
   * @throws NotFoundError until the job succeeded
   */
  report(id: string, options: ReportOptions & { readonly format: 'csv' }): Promise<string>;
  report(id: string, options?: ReportOptions & { readonly format?: 'json' }): Promise<FineTuningReport>;
}

const JOBS = '/fine_tuning/jobs';
const pathOf = (id: string, rest = ''): string => `${JOBS}/${encodeURIComponent(id)}${rest}`;
const isFinished = (job: Job): boolean => ['succeeded', 'failed', 'cancelled'].includes(job.status);
const RECONNECT_DELAY_MS = 500;

export function createJobs(send: Send): Jobs {
  const retrieve: Jobs['retrieve'] = (id, options = {}) => ask(send, { method: 'GET', path: pathOf(id), ...options });
  const act =
    (verb: 'cancel' | 'pause' | 'resume' | 'verify') =>
    (id: string, options: RequestOptions = {}): Promise<Job> =>
      ask(send, { method: 'POST', path: pathOf(id, `/${verb}`), ...options });

  return {
    retrieve,
    create: (params, options = {}) => ask(send, { method: 'POST', path: JOBS, json: params, ...options }),
    dryRun: (params, options = {}) =>
      ask(send, { method: 'POST', path: JOBS, json: { ...params, dry_run: true }, ...options }),
    list: (params = {}, options = {}) => fetchPage<Job>(send, JOBS, params, options),
    cancel: act('cancel'),
    pause: act('pause'),
    resume: act('resume'),
    verify: act('verify'),
    checkpoints: (id, params = {}, options = {}) =>
      fetchPage<JobCheckpoint>(send, pathOf(id, '/checkpoints'), params, options),
    report: reportOf(send),
    async wait(id, { onProgress, pollIntervalMs = 1_000, ...options } = {}) {
      for (;;) {
        const job = await retrieve(id, options);
        onProgress?.(job);
        if (job.status === 'succeeded') return job;
        if (isFinished(job))
          throw new JobFailedError(
            id,
            job.error ?? { code: job.status, message: `the job was ${job.status}`, param: null },
          );
        await delay(pollIntervalMs, options.signal);
      }
    },
    async *events(id, options = {}) {
      let lastId: string | null = null;
      for (;;) {
        for await (const event of streamEvents(send, id, lastId, options)) {
          lastId = event.id;
          yield event;
        }
        if (isFinished(await retrieve(id, options))) return;
        await delay(RECONNECT_DELAY_MS, options.signal);
      }
    },
  };
}

/** One connection's events; a broken connection ends it quietly, since the caller resumes after `lastId`. */
async function* streamEvents(
  send: Send,
  id: string,
  lastId: string | null,
  options: RequestOptions,
): AsyncGenerator<JobEvent> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (lastId !== null) headers['last-event-id'] = lastId;
  const response = await send({ method: 'GET', path: pathOf(id, '/events'), headers, ...options });
  if (!response.body) return;
  try {
    for await (const { data } of readServerSentEvents(response.body)) {
      const event: unknown = JSON.parse(data);
      if (isJobEvent(event)) yield event;
    }
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    if (error instanceof SyntaxError) throw error;
  }
}

const isJobEvent = (value: unknown): value is JobEvent =>
  typeof value === 'object' && value !== null && 'object' in value && value.object === 'fine_tuning.job.event';

function reportOf(send: Send): Jobs['report'] {
  function report(id: string, options: ReportOptions & { readonly format: 'csv' }): Promise<string>;
  function report(id: string, options?: ReportOptions & { readonly format?: 'json' }): Promise<FineTuningReport>;
  async function report(id: string, { format, ...options }: ReportOptions = {}): Promise<string | FineTuningReport> {
    const request = { method: 'GET', path: pathOf(id, '/report'), query: { format }, ...options } as const;
    // The gateway answers by the format that was asked for.
    return format === 'csv' ? (await send(request)).text() : ask<FineTuningReport>(send, request);
  }
  return report;
}
