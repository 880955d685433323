import { createHash } from 'node:crypto';
import type {
  CompletedCheckpoint,
  DriftReference,
  LeasedJob,
  WorkerEvent,
  WorkerHeartbeat,
} from '../../src/contract/index.ts';
import type { JsonAnswer } from './gateway.ts';

export type Send = (path: string, init: RequestInit) => Promise<Response>;

export interface FakeWorkerOptions {
  /** Carries a request to the gateway: `app.request`, or fetch with a base URL. */
  readonly send: Send;
  readonly token: string;
  readonly name?: string;
  readonly url?: string;
  readonly replacesName?: boolean;
  /** Of every model that it finishes. */
  readonly driftReference?: DriftReference | null;
}

type Lease = Pick<LeasedJob, 'job_id' | 'lease_token'>;

/** A worker that speaks the worker protocol and trains nothing: for tests of the gateway. */
export interface FakeWorker {
  readonly id: string;
  readonly accessToken: string;
  /** With no work and no adapters unless told. */
  heartbeat(said?: Partial<WorkerHeartbeat>): Promise<JsonAnswer>;
  leave(): Promise<JsonAnswer>;
  /** @returns the lease, or null when nothing is queued */
  claim(): Promise<LeasedJob | null>;
  heartbeatJob(lease: Lease, body?: Readonly<Record<string, unknown>>): Promise<JsonAnswer>;
  upload(lease: Lease, name: string, bytes: Content): Promise<JsonAnswer>;
  download(path: string, lease?: Lease): Promise<{ readonly status: number; readonly text: string }>;
  complete(lease: Lease, options?: CompleteOptions): Promise<JsonAnswer>;
  fail(lease: Lease, options?: { readonly retryable?: boolean; readonly message?: string }): Promise<JsonAnswer>;
  release(lease: Lease, outcome?: 'requeue' | 'cancelled' | 'paused'): Promise<JsonAnswer>;
  /** Everything a job needs from its claim on; the adapter is one of its own unless given. */
  finish(lease: Lease, adapter?: Content): Promise<JsonAnswer>;
}

type Content = string | Uint8Array<ArrayBuffer>;

export interface CompleteOptions {
  readonly adapter?: Content;
  readonly events?: readonly WorkerEvent[];
  readonly checkpoints?: readonly CompletedCheckpoint[];
}

export const sha256 = (content: Content): string => createHash('sha256').update(content).digest('hex');
export const ACCESS_TOKEN = 'a worker made this up, 32 characters at least';

export async function startFakeWorker({
  send,
  token,
  name = 'fake',
  url = 'http://127.0.0.1:1',
  replacesName = false,
  driftReference = null,
}: FakeWorkerOptions): Promise<FakeWorker> {
  const authorization = `Bearer ${token}`;
  const answerOf = async (response: Response): Promise<JsonAnswer> => {
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
  const post = async (path: string, body: unknown): Promise<JsonAnswer> =>
    answerOf(
      await send(`/worker/v1${path}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  const registered = await post('/register', {
    name,
    url,
    access_token: ACCESS_TOKEN,
    device: 'cpu',
    backbones: ['all-minilm-l6-v2'],
    replaces_name: replacesName,
  });
  if (registered.status !== 200) throw new Error(`registration was refused: ${JSON.stringify(registered.body)}`);
  const id: string = registered.body.worker_id;

  const upload: FakeWorker['upload'] = async ({ job_id, lease_token }, artifact, bytes) =>
    answerOf(
      await send(`/worker/v1/jobs/${job_id}/artifacts/${artifact}`, {
        method: 'PUT',
        headers: { authorization, 'x-lease-token': lease_token, 'content-type': 'application/octet-stream' },
        body: bytes,
      }),
    );
  const complete: FakeWorker['complete'] = (
    { job_id, lease_token },
    { adapter = 'adapter', events = [], checkpoints = [] } = {},
  ) =>
    post(`/jobs/${job_id}/complete`, {
      lease_token,
      adapter_sha256: sha256(adapter),
      method: 'levi+ensemble',
      labels: ['billing', 'bug'],
      trained_tokens: 120,
      drift_reference: driftReference,
      checkpoints,
      events,
    });
  return {
    id,
    accessToken: ACCESS_TOKEN,
    heartbeat: (said = {}) =>
      post('/heartbeat', { worker_id: id, backbones: ['all-minilm-l6-v2'], queued_inputs: 0, ...said }),
    leave: () => post('/leave', { worker_id: id }),
    claim: async () => {
      const { status, body } = await post('/jobs/claim', { worker_id: id });
      if (status !== 200 && status !== 204) throw new Error(`the claim was refused: ${JSON.stringify(body)}`);
      return body;
    },
    heartbeatJob: ({ job_id, lease_token }, body = {}) => post(`/jobs/${job_id}/heartbeat`, { lease_token, ...body }),
    upload,
    download: async (path, lease) => {
      const response = await send(`/worker/v1${path}`, {
        headers: { authorization, ...(lease ? { 'x-lease-token': lease.lease_token } : {}) },
      });
      return { status: response.status, text: await response.text() };
    },
    complete,
    fail: ({ job_id, lease_token }, { retryable = true, message = 'the device was lost' } = {}) =>
      post(`/jobs/${job_id}/fail`, {
        lease_token,
        error: { code: 'training_failed', message, param: null },
        retryable,
      }),
    release: ({ job_id, lease_token }, outcome = 'requeue') =>
      post(`/jobs/${job_id}/release`, { lease_token, outcome }),
    finish: async (lease, adapter = `adapter of ${lease.job_id}`) => {
      const metrics = {
        level: 'info',
        message: 'epoch 1',
        type: 'metrics',
        data: { epoch: 1, train_loss: 0.5 },
        sequence: 0,
      } as const;
      await upload(lease, 'checkpoint', 'checkpoint');
      await upload(lease, 'adapter', adapter);
      await upload(lease, 'report', JSON.stringify({ object: 'fine_tuning.report', served: 'levi+ensemble' }));
      await upload(lease, 'result', 'step,train_loss\n1,0.5\n');
      return complete(lease, { adapter, events: [metrics] });
    },
  };
}
