import type { Answered, AnswerRequest } from '../../../src/services/batches/answer-request.ts';
import type { RunBatches } from '../../../src/services/batches/run-batches.ts';
import type { Services, Settings } from '../../../src/services/ports.ts';
import type { Database } from '../../../src/store/database.ts';
import type { FakeClock } from './fake-clock.ts';
import type { AskedContext, BatchLimits } from './workerd-protocol.ts';
import type { RunTask } from './gateway-tasks.ts';
import type { BlobHooks } from './watch-blobs.ts';

export interface HostOptions {
  readonly settings?: Partial<Settings>;
  /** Who stands outside: workers, and receivers of webhooks. `platform` is the platform's own sender. */
  readonly services?: {
    readonly workers?: Services['workers'];
    readonly webhooks?: Services['webhooks'] | 'platform';
  };
  readonly blobs?: BlobHooks;
}

/** As an endpoint of batches does; rejects with LevigateError as it answers errors. */
export type AnswerLine = (ctx: AskedContext, body: unknown) => Promise<Answered>;

export const answersOfAll = (answer: AnswerRequest): RunBatches['answers'] => ({
  '/v1/predict': answer,
  '/v1/embeddings': answer,
  '/v1/chat/completions': answer,
});

/** An empty gateway on one platform, and the ways by which a test reaches into it. One at a time in workerd. */
export interface HostedGateway extends AsyncDisposable {
  /** Of every URL that the gateway is asked by. */
  readonly origin: string;
  readonly db: Database;
  readonly settings: Settings;
  readonly clock: FakeClock;
  readonly projectId: string;
  /** A key of `projectId` with all scopes. */
  readonly secret: string;
  /** What workers may register with. */
  readonly workerToken: string;
  send(path: string, init: RequestInit): Promise<Response>;
  /** Opens a port on loopback. @returns its URL */
  listen(): Promise<string>;
  /** Runs what no request would, inside the gateway. */
  readonly run: RunTask;
  /** Works on batches, inside the gateway; the test answers their lines. @returns how many steps were taken */
  runBatches(answer: AnswerLine, limits?: BatchLimits): Promise<number>;
  /** Of all blobs that are there. */
  blobKeys(): Promise<string[]>;
  /** How often the outbox was woken. */
  countWakes(): Promise<number>;
  /** Keys that workers were woken for. */
  wokenFor(): Promise<readonly string[]>;
  /** How often the gateway asked its database for something. */
  countQueries(): Promise<number>;
  /** Runs what was put off, and what that puts off, as if its time had come. */
  runPutOff(): Promise<void>;
}

export const refusingWorkers: Services['workers'] = {
  post: () => Promise.reject(new Error('this test gave no worker transport')),
};
export const refusingWebhooks: Services['webhooks'] = {
  assertAllowed: () => {},
  send: () => Promise.reject(new Error('this test gave no webhook sender')),
};
