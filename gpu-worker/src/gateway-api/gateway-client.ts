import type { z } from 'zod';
import {
  DirectUpload,
  LeasedJob,
  LeaseOrder,
  RegisteredWorker,
  UploadedArtifact,
} from '../../../src/contract/worker-protocol.ts';
import type {
  ArtifactName,
  CompleteJob,
  FailJob,
  LeaseHeartbeat,
  RegisterWorker,
  ReleaseJob,
  UploadedExport,
  WorkerHeartbeatMessage,
  WorkerLeave,
} from '../../../src/contract/worker-protocol.ts';
import { askBlobStore } from './ask-blob-store.ts';
import { GatewayError } from './gateway-error.ts';
import { parseAnswer } from './parse-answer.ts';
import { reasonOf } from './reason-of.ts';
import { createExportUpload } from './upload-export.ts';
import type { ExportGrant } from './upload-export.ts';

export interface Lease {
  readonly jobId: string;
  readonly token: string;
}

/** The gateway's worker routes. Every call rejects with GatewayError; none retries by itself, but for an export's parts. */
export interface GatewayClient {
  register(worker: z.input<typeof RegisterWorker>): Promise<RegisteredWorker>;
  heartbeat(heartbeat: WorkerHeartbeatMessage): Promise<void>;
  /** Says that the worker ends, so that nothing more is sent there. */
  leave(workerId: string): Promise<void>;
  claim(workerId: string): Promise<LeasedJob | null>;
  heartbeatJob(jobId: string, heartbeat: LeaseHeartbeat): Promise<LeaseOrder>;
  upload(lease: Lease, name: ArtifactName, bytes: Uint8Array): Promise<z.infer<typeof UploadedArtifact>>;
  downloadCheckpoint(lease: Lease, signal?: AbortSignal): Promise<Uint8Array>;
  downloadFile(lease: Lease, fileId: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  downloadAdapter(sha256: string): Promise<Uint8Array>;
  downloadExportFile(grant: ExportGrant, fileId: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  uploadExport(grant: ExportGrant, archive: Blob, signal: AbortSignal): Promise<z.infer<typeof UploadedExport>>;
  complete(jobId: string, body: CompleteJob): Promise<void>;
  fail(jobId: string, body: FailJob): Promise<void>;
  release(jobId: string, body: ReleaseJob): Promise<void>;
}

export interface GatewayClientOptions {
  readonly url: string;
  readonly workerToken: string;
  readonly fetch?: typeof fetch;
}

interface Call extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

const CALL_LIMIT_MS = 15_000;
const TRANSFER_LIMIT_MS = 300_000;
/** Larger ones go past the gateway where it says how: some platforms refuse requests of 100 MB. */
const DIRECT_FROM_BYTES = 32 * 1024 * 1024;

export function createGatewayClient({
  url,
  workerToken,
  fetch = globalThis.fetch,
}: GatewayClientOptions): GatewayClient {
  const base = `${url.replace(/\/+$/, '')}/worker/v1`;

  async function send(path: string, init: Call, limitMs = CALL_LIMIT_MS): Promise<Response> {
    const deadline = AbortSignal.timeout(limitMs);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    const headers = { ...init.headers, authorization: `Bearer ${workerToken}` };
    const response = await fetch(`${base}${path}`, { ...init, signal, headers, redirect: 'manual' }).catch(
      (cause: unknown) => {
        if (init.signal?.aborted) throw cause;
        throw new GatewayError(`the gateway does not answer at ${url}: ${reasonOf(cause)}`, { status: 0, cause });
      },
    );
    if (response.ok) return response;
    const elsewhere = response.status === 307 ? response.headers.get('location') : null;
    if (elsewhere !== null) return askBlobStore(fetch, elsewhere, { signal });
    throw await toGatewayError(response);
  }

  const post = (path: string, body: unknown): Promise<Response> =>
    send(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const get = (path: string, { token, signal }: { token?: string; signal?: AbortSignal | undefined } = {}) =>
    send(path, { ...(signal ? { signal } : {}), headers: token ? { 'x-lease-token': token } : {} }, TRANSFER_LIMIT_MS);
  const discard = async (response: Response): Promise<void> => {
    await response.body?.cancel();
  };

  async function uploadHere({ jobId, token }: Lease, name: ArtifactName, bytes: Uint8Array) {
    const headers = { 'x-lease-token': token, 'content-type': 'application/octet-stream' };
    const path = `/jobs/${jobId}/artifacts/${name}`;
    const init = { method: 'PUT', headers, body: toBody(bytes) };
    return parseAnswer(UploadedArtifact, await send(path, init, TRANSFER_LIMIT_MS));
  }

  /** null where the gateway offers no such way. */
  async function uploadDirectly({ jobId, token }: Lease, name: ArtifactName, bytes: Uint8Array) {
    const path = `/jobs/${jobId}/artifacts/${name}/direct`;
    const headers = { 'x-lease-token': token, 'content-type': 'application/json' };
    const offer = await send(path, { method: 'POST', headers, body: JSON.stringify({ bytes: bytes.length }) });
    if (offer.status === 204) return null;
    const { upload_id: uploadId, url } = await parseAnswer(DirectUpload, offer);
    const transfer = { method: 'PUT', body: toBody(bytes), signal: AbortSignal.timeout(TRANSFER_LIMIT_MS) };
    await discard(await askBlobStore(fetch, url, transfer));
    const kept = await send(
      `${path}/${uploadId}`,
      { method: 'POST', headers: { 'x-lease-token': token } },
      TRANSFER_LIMIT_MS,
    );
    return parseAnswer(UploadedArtifact, kept);
  }

  return {
    register: async (worker) => parseAnswer(RegisteredWorker, await post('/register', worker)),
    heartbeat: async (heartbeat) => discard(await post('/heartbeat', heartbeat)),
    leave: async (workerId) => discard(await post('/leave', { worker_id: workerId } satisfies WorkerLeave)),
    claim: async (workerId) => {
      const response = await post('/jobs/claim', { worker_id: workerId });
      return response.status === 204 ? null : parseAnswer(LeasedJob, response);
    },
    heartbeatJob: async (jobId, heartbeat) =>
      parseAnswer(LeaseOrder, await post(`/jobs/${jobId}/heartbeat`, heartbeat)),
    upload: async (lease, name, bytes) =>
      (bytes.length >= DIRECT_FROM_BYTES ? await uploadDirectly(lease, name, bytes) : null) ??
      (await uploadHere(lease, name, bytes)),
    downloadCheckpoint: async ({ jobId, token }, signal) =>
      readAll(await get(`/jobs/${jobId}/checkpoint`, { token, signal })),
    downloadFile: async ({ jobId, token }, fileId, signal) => {
      const { body } = await get(`/jobs/${jobId}/files/${fileId}`, { token, signal });
      return body ?? new ReadableStream({ start: (controller) => controller.close() });
    },
    downloadAdapter: async (sha256) => readAll(await get(`/adapters/${sha256}`)),
    downloadExportFile: async ({ path, token }, fileId, signal) => {
      const init = { ...(signal ? { signal } : {}), headers: { 'x-export-token': token } };
      const { body } = await send(`${path}/files/${fileId}`, init, TRANSFER_LIMIT_MS);
      return body ?? new ReadableStream({ start: (controller) => controller.close() });
    },
    uploadExport: createExportUpload({ fetch, send, limitMs: TRANSFER_LIMIT_MS, askFromBytes: DIRECT_FROM_BYTES }),
    complete: async (jobId, body) => discard(await post(`/jobs/${jobId}/complete`, body)),
    fail: async (jobId, body) => discard(await post(`/jobs/${jobId}/fail`, body)),
    release: async (jobId, body) => discard(await post(`/jobs/${jobId}/release`, body)),
  };
}

// A view's own bytes, not the whole buffer behind it; fetch's type asks for an ArrayBuffer, which all of ours are.
const toBody = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>;

async function readAll(response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new GatewayError(`a download broke off: ${reasonOf(cause)}`, { status: 0, cause });
  }
}

async function toGatewayError(response: Response): Promise<GatewayError> {
  const body: unknown = await response.json().catch(() => null);
  const error = readObject(readObject(body)['error']);
  const message = typeof error['message'] === 'string' ? error['message'] : `status ${response.status}`;
  return new GatewayError(message, { status: response.status, code: error['code'] });
}

const readObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
