import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { createId, DEFAULT_BACKBONE, FileObject, knownBackbones, SCOPES } from '../../src/contract/index.ts';
import type { Scope } from '../../src/contract/index.ts';
import { createApp } from '../../src/gateway/app.ts';
import type { GatewayEnv } from '../../src/gateway/gateway-env.ts';
import { openNodeBlobStore } from '../../src/platform/node/blob-store.ts';
import { openNodeDatabase } from '../../src/platform/node/database.ts';
import { createRateLimiter } from '../../src/platform/node/rate-limiter.ts';
import type { Clock, Services, Settings } from '../../src/services/ports.ts';
import { newKeyRow } from '../../src/services/keys/new-key-row.ts';
import { createSecret, hashSecret } from '../../src/services/keys/secret.ts';
import { ensureDefaultProject } from '../../src/services/keys/ensure-default-project.ts';
import { insertApiKey } from '../../src/store/queries/api-keys.ts';
import { insertProjectIfMissing } from '../../src/store/queries/projects.ts';
import { uploadForm } from './multipart.ts';
import type { UploadOptions } from './multipart.ts';

const MIGRATIONS = new URL('../../migrations', import.meta.url).pathname;
const START_MS = Date.UTC(2026, 10, 1);

/** A clock that stands until it is told. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
}

function createFakeClock(startMs = START_MS): FakeClock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; a test asserts its shape. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface RequestOptions extends Omit<RequestInit, 'body' | 'headers'> {
  /** The default key when absent, none when null. */
  readonly secret?: string | null | undefined;
  /** Sent as JSON with its content type. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestInit['body'] | undefined;
}

export interface TestGateway extends AsyncDisposable {
  readonly app: OpenAPIHono<GatewayEnv>;
  readonly services: Services;
  readonly clock: FakeClock;
  readonly projectId: string;
  /** A key of `projectId` with all scopes. */
  readonly secret: string;
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** As `request`, with the answer's body parsed. */
  json(path: string, options?: RequestOptions): Promise<JsonAnswer>;
  /** Another key, of `projectId` unless told. */
  createKey(options?: { readonly scopes?: readonly Scope[]; readonly projectId?: string }): Promise<string>;
  /** Another tenant with a key of all scopes. */
  createProject(): Promise<{ readonly projectId: string; readonly secret: string }>;
  /** A token that workers may use from now on. */
  seedWorkerToken(): string;
  /** How often the outbox was woken. */
  readonly wakes: { count: number };
  /** Keys that workers were woken for. */
  readonly woken: readonly string[];
  /** Runs what was put off, and what that puts off, as if its time had come. */
  runPutOff(): Promise<void>;
}

export interface TestGatewayOptions {
  readonly services?: Partial<Services>;
  readonly settings?: Partial<Settings>;
}

/** A whole gateway in memory: SQLite, a temporary blob folder, a clock that stands. Close it with `await using`. */
export async function createTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'levigate-test-'));
  const database = await openNodeDatabase(':memory:', MIGRATIONS);
  const clock = createFakeClock();
  const workerTokenHashes: string[] = [];
  const wakes = { count: 0 };
  const woken: string[] = [];
  const later: (() => Promise<void>)[] = [];
  const services: Services = {
    db: database.db,
    blobs: await openNodeBlobStore(join(folder, 'blobs')),
    clock,
    workers: { post: () => Promise.reject(new Error('this test gave no worker transport')) },
    webhooks: { assertAllowed: () => {}, send: () => Promise.reject(new Error('this test gave no webhook sender')) },
    limiter: createRateLimiter(clock),
    settings: {
      workerTokenHashes,
      leaseDurationMs: 30_000,
      workerHeartbeatMs: 5_000,
      predictTimeoutMs: 5_000,
      maxBodyBytes: null,
      backbones: knownBackbones([]),
      defaultBackbone: DEFAULT_BACKBONE,
      ...options.settings,
    },
    wakeOutbox: () => {
      wakes.count += 1;
    },
    wakeWorker: (key) => void woken.push(key),
    wakeBatches: () => {},
    runLater: (_, task) => void later.push(task),
    ...options.services,
  };
  const { projectId, secret } = await ensureDefaultProject(services);
  const app = createApp(services);

  const request = async (path: string, { secret: key = secret, json, headers, ...init }: RequestOptions = {}) =>
    app.request(path, {
      ...init,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      // The one place where an absent body and an undefined one meet the DOM's exact type.
    } as RequestInit);

  const createKey: TestGateway['createKey'] = async ({ scopes = SCOPES, projectId: ofProject = projectId } = {}) => {
    const key = createSecret();
    await insertApiKey(
      services.db,
      newKeyRow({ projectId: ofProject, name: 'test', secret: key, scopes, nowMs: clock.nowMs() }),
    );
    return key;
  };

  return {
    app,
    services,
    clock,
    projectId,
    secret,
    wakes,
    woken,
    runPutOff: async () => {
      for (let task = later.shift(); task; task = later.shift()) await task();
    },
    request,
    json: async (path, init) => {
      const response = await request(path, init);
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
    },
    createKey,
    createProject: async () => {
      const id = createId('project', clock.nowMs());
      await insertProjectIfMissing(services.db, { id, name: 'other', cacheSalt: id, createdMs: clock.nowMs() });
      return { projectId: id, secret: await createKey({ projectId: id }) };
    },
    seedWorkerToken: () => {
      const token = createSecret();
      workerTokenHashes.push(hashSecret(token));
      return token;
    },
    [Symbol.asyncDispose]: async () => {
      database[Symbol.dispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Uploads through the API. @returns the file as the answer describes it */
export async function uploadFile(
  gateway: TestGateway,
  { secret, ...upload }: UploadOptions & { readonly secret?: string } = {},
): Promise<FileObject> {
  const { body } = await gateway.json('/v1/files', { method: 'POST', body: uploadForm(upload), secret });
  return FileObject.parse(body);
}
