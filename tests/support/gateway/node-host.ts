import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { DEFAULT_BACKBONE, knownBackbones } from '../../../src/contract/index.ts';
import { createApp } from '../../../src/gateway/app.ts';
import type { GatewayEnv } from '../../../src/gateway/gateway-env.ts';
import { openNodeBlobStore } from '../../../src/platform/node/blob-store.ts';
import { openNodeDatabase } from '../../../src/platform/node/database.ts';
import { startHttpServer } from '../../../src/platform/node/http-server.ts';
import { createRateLimiter } from '../../../src/platform/node/rate-limiter.ts';
import { createWebhookSender } from '../../../src/platform/node/webhook-sender.ts';
import { runBatches } from '../../../src/services/batches/run-batches.ts';
import { ensureDefaultProject } from '../../../src/services/keys/ensure-default-project.ts';
import { createSecret, hashSecret } from '../../../src/services/keys/secret.ts';
import type { Services } from '../../../src/services/ports.ts';
import { createFakeClock } from './fake-clock.ts';
import { runTask } from './gateway-tasks.ts';
import type { RunTask } from './gateway-tasks.ts';
import { answersOfAll, refusingWebhooks, refusingWorkers } from './hosted-gateway.ts';
import type { HostedGateway, HostOptions } from './hosted-gateway.ts';
import { watchBlobs } from './watch-blobs.ts';
import { watchDatabase } from './watch-database.ts';

const MIGRATIONS = new URL('../../../migrations', import.meta.url).pathname;

/** In the test's own process, with all of its insides. */
export interface NodeHost extends HostedGateway {
  readonly app: OpenAPIHono<GatewayEnv>;
  readonly services: Services;
}

export interface NodeHostOptions extends Omit<HostOptions, 'services'> {
  readonly services?: Partial<Omit<Services, 'webhooks'>> & NonNullable<HostOptions['services']>;
}

/** SQLite in memory, a temporary blob folder, a clock that stands. */
export async function openNodeHost({
  settings,
  services: given = {},
  blobs: hooks = {},
}: NodeHostOptions = {}): Promise<NodeHost> {
  const stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'levigate-test-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const { db } = stack.use(await openNodeDatabase(':memory:', MIGRATIONS));
  const clock = createFakeClock();
  const workerToken = createSecret();
  const later: (() => Promise<void>)[] = [];
  let wakes = 0;
  let queries = 0;
  const woken: string[] = [];
  const { webhooks = refusingWebhooks, ...others } = given;
  const services: Services = {
    db: watchDatabase(db, () => (queries += 1)),
    blobs: watchBlobs(await openNodeBlobStore(join(folder, 'blobs')), hooks),
    clock,
    workers: refusingWorkers,
    webhooks: webhooks === 'platform' ? createWebhookSender({ allowPrivate: false }) : webhooks,
    limiter: createRateLimiter(clock),
    settings: {
      workerTokenHashes: [hashSecret(workerToken)],
      leaseDurationMs: 30_000,
      predictTimeoutMs: 5_000,
      exportTimeoutMs: 60_000,
      maxBodyBytes: null,
      defaultBackbone: DEFAULT_BACKBONE,
      backbones: knownBackbones([]),
      ...settings,
    },
    wakeOutbox: () => {
      wakes += 1;
    },
    wakeBatches: () => {},
    wakeWorker: (key) => void woken.push(key),
    runLater: (_, task) => void later.push(task),
    ...others,
  };
  const { projectId, secret } = await ensureDefaultProject(services);
  const app = createApp(services);
  return {
    origin: 'http://localhost',
    app,
    services,
    db,
    settings: services.settings,
    clock,
    projectId,
    secret,
    workerToken,
    send: async (path, init) => app.request(path, init),
    listen: async () => stack.use(await startHttpServer({ fetch: app.fetch, host: '127.0.0.1', port: 0 })).url,
    run: ((name, ...args) => runTask(services, name, args)) as RunTask,
    runBatches: (answer, limits) => runBatches(services, { answers: answersOfAll(answer), ...limits }),
    blobKeys: () => filesUnder(join(folder, 'blobs')),
    countWakes: () => Promise.resolve(wakes),
    countQueries: () => Promise.resolve(queries),
    wokenFor: () => Promise.resolve(woken),
    runPutOff: async () => {
      for (let task = later.shift(); task; task = later.shift()) await task();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Blobs are files; what is not whole yet has a folder of its own. */
async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .filter((key) => !key.startsWith('.'));
}
