import { createHash } from 'node:crypto';
import type {
  CompleteJob,
  FailJob,
  LeasedJob,
  LeaseHeartbeat,
  ReleaseJob,
} from '../../../../src/contract/worker-protocol.ts';
import type { GatewayClient } from '../../../../gpu-worker/src/gateway-api/gateway-client.ts';
import { GatewayError } from '../../../../gpu-worker/src/gateway-api/gateway-error.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export const leasedFile = (id: string, content: string) => ({
  id,
  sha256: sha256(content),
  bytes: Buffer.byteLength(content),
});

const TRAINING_FILE = Array.from({ length: 12 }, (_, index) =>
  JSON.stringify({ text: `text number ${index}`, label: index % 2 === 0 ? 'even' : 'odd' }),
).join('\n');

export const leasedJob = (overrides: Partial<LeasedJob> = {}): LeasedJob => ({
  job_id: 'ftjob-1',
  lease_token: 'token-1',
  lease_duration_ms: 30_000,
  attempt: 1,
  project_id: 'proj_1',
  cache_salt: 'salt',
  backbone: 'tiny',
  seed: 1,
  hyperparameters: {},
  levi: {},
  training_file: leasedFile('file-train', TRAINING_FILE),
  validation_file: null,
  shift_files: [],
  has_checkpoint: false,
  ...overrides,
});

export type JobEnd =
  | { readonly kind: 'complete'; readonly body: CompleteJob }
  | { readonly kind: 'fail'; readonly body: FailJob }
  | { readonly kind: 'release'; readonly body: ReleaseJob };

export interface FakeGateway {
  readonly client: GatewayClient;
  readonly files: Map<string, string>;
  readonly uploads: Map<string, Uint8Array>;
  readonly heartbeats: LeaseHeartbeat[];
  readonly ends: JobEnd[];
  /** What the next calls answer instead; each is used once. */
  readonly failures: GatewayError[];
  order: 'continue' | 'cancel' | 'pause' | 'lost';
  checkpoint: Uint8Array;
}

/** The gateway's worker routes as a worker sees them, in memory. */
export function createFakeGateway(): FakeGateway {
  const end = async (jobEnd: JobEnd): Promise<void> => {
    const failure = gateway.failures.shift();
    if (failure) throw failure;
    gateway.ends.push(jobEnd);
  };
  const client: GatewayClient = {
    register: async () => ({ worker_id: 'wrk_1', heartbeat_interval_ms: 5_000 }),
    heartbeat: async () => {},
    leave: async () => {},
    claim: async () => null,
    heartbeatJob: async (_job, heartbeat) => {
      gateway.heartbeats.push(heartbeat);
      const { order } = gateway;
      if (order === 'lost') throw new GatewayError('stale token', { status: 409, code: 'lease_lost' });
      return { order };
    },
    upload: async (_lease, name, bytes) => {
      const failure = gateway.failures.shift();
      if (failure) throw failure;
      gateway.uploads.set(name, bytes);
      return { bytes: bytes.length, sha256: sha256(bytes) };
    },
    downloadCheckpoint: async () => gateway.checkpoint,
    downloadFile: async (_lease, id) => {
      const content = gateway.files.get(id);
      if (content === undefined) throw new GatewayError(`no file ${id}`, { status: 404, code: 'file_not_found' });
      return new Blob([content]).stream();
    },
    downloadExportFile: () => Promise.reject(new Error('no export')),
    uploadExport: () => Promise.reject(new Error('no export')),
    downloadAdapter: async (hash) => {
      throw new GatewayError(`no adapter ${hash}`, { status: 404 });
    },
    complete: (_job, body) => end({ kind: 'complete', body }),
    fail: (_job, body) => end({ kind: 'fail', body }),
    release: (_job, body) => end({ kind: 'release', body }),
  };
  const gateway: FakeGateway = {
    client,
    files: new Map([['file-train', TRAINING_FILE]]),
    uploads: new Map(),
    heartbeats: [],
    ends: [],
    failures: [],
    order: 'continue',
    checkpoint: Uint8Array.of(9),
  };
  return gateway;
}
