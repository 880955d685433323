import type { Settings, WebhookAnswer, WebhookSender, WorkerAnswer, WorkerCall } from '../../../src/services/ports.ts';
import type { Answered } from '../../../src/services/batches/answer-request.ts';
import type { RunBatches } from '../../../src/services/batches/run-batches.ts';
import type { Context } from '../../../src/services/context.ts';
import type { TaskName } from './gateway-tasks.ts';

/**
 * How a test reaches into a gateway in workerd (tests/workers/support/gateway-worker.ts) and how that one reaches the
 * test's own fakes. Both ways are HTTP on loopback; both carry the time, which only the test moves.
 */
export const CLOCK_HEADER = 'x-test-now-ms';
/** On a request of the test to the gateway: which control. */
export const CONTROL_HEADER = 'x-test-control';
/** On a request of the gateway to the test: which call. */
export const CALL_HEADER = 'x-test-call';

export interface SqlQuery {
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly method: 'run' | 'all' | 'values' | 'get';
}
/** As drizzle's proxy wants them. */
export interface SqlRows {
  readonly rows: unknown[];
}

export interface OpenRequest {
  /** Where the test takes calls. */
  readonly callUrl: string;
  readonly settings: Partial<Settings>;
  readonly webhooks: 'fake' | 'platform';
  readonly blobs: { readonly maxBytes: number | null; readonly watches: readonly BlobCall[] };
}
export interface OpenAnswer {
  readonly projectId: string;
  readonly secret: string;
  readonly settings: Settings;
}

/** From the test to the gateway. */
export interface Controls {
  /** Empties the storage and begins anew. */
  readonly open: (request: OpenRequest) => OpenAnswer;
  readonly sql: (query: SqlQuery) => SqlRows;
  readonly batch: (queries: readonly SqlQuery[]) => readonly SqlRows[];
  readonly run: (task: { readonly name: TaskName; readonly args: readonly unknown[] }) => unknown;
  /** Asks the test for every line's answer. */
  readonly runBatches: (limits: BatchLimits) => number;
  readonly blobKeys: () => readonly string[];
  readonly countWakes: () => number;
  readonly countQueries: () => number;
  readonly wokenFor: () => readonly string[];
  readonly runPutOff: () => null;
}
export type ControlName = keyof Controls;

/** How much of a batch is done at once. */
export type BatchLimits = Pick<RunBatches, 'slice'>;

/** One line of a batch, and for whom it is asked. */
export interface AskedLine {
  readonly ctx: AskedContext;
  readonly body: unknown;
}
export type AskedContext = Pick<Context, 'actor' | 'priority'>;

export type BlobCall = 'beforePut' | 'afterPut' | 'onFailedPut' | 'beforeGet' | 'onCancel';
/** What of a call can be sent; a signal is the request's own end. */
type Sent<Request> = Omit<Request, 'signal'>;

/** From the gateway to the test. */
export interface Calls extends Readonly<Record<BlobCall, (key: string) => null>> {
  readonly post: (call: Sent<WorkerCall>) => WorkerAnswer;
  readonly answer: (line: AskedLine) => Answered;
  readonly send: (webhook: Sent<Parameters<WebhookSender['send']>[0]>) => WebhookAnswer;
}
export type CallName = keyof Calls;

/** What either side answers. */
export type Reply =
  | { readonly nowMs: number; readonly value: unknown }
  | { readonly nowMs: number; readonly error: SentError };

export interface SentError {
  readonly message: string;
  readonly code: string | null;
  /** Of our one error class. */
  readonly isOurs: boolean;
  readonly param: string | null;
}
