import { waitUntil } from 'cloudflare:workers';
import { createApp } from '../../../src/gateway/app.ts';
import { createCloudflareServices } from '../../../src/platform/cloudflare/create-services.ts';
import type { CloudflareEnvironment } from '../../../src/platform/cloudflare/environment.ts';
import { createRateLimiter } from '../../../src/platform/node/rate-limiter.ts';
import { runBatches } from '../../../src/services/batches/run-batches.ts';
import { ensureDefaultProject } from '../../../src/services/keys/ensure-default-project.ts';
import type { Services } from '../../../src/services/ports.ts';
import { answersOfAll } from '../../support/gateway/hosted-gateway.ts';
import { runTask } from '../../support/gateway/gateway-tasks.ts';
import { toSentError } from '../../support/gateway/sent-error.ts';
import { watchBlobs } from '../../support/gateway/watch-blobs.ts';
import { watchDatabase } from '../../support/gateway/watch-database.ts';
import { CLOCK_HEADER, CONTROL_HEADER } from '../../support/gateway/workerd-protocol.ts';
import type { ControlName, Controls, OpenRequest, Reply } from '../../support/gateway/workerd-protocol.ts';
import { callTest } from './call-test.ts';
import type { TestCall } from './call-test.ts';
import { emptyStorage } from './empty-storage.ts';
import { executeBatch, executeSql } from './execute-sql.ts';

// The classes that wrangler.toml binds.
export * from '../../../functions/cloudflare.ts';

/**
 * The Worker as it is deployed, but for its surroundings: the test moves the clock and plays workers and receivers.
 * A request that carries CONTROL_HEADER reaches in; every other one is the gateway's.
 */
interface Opened {
  readonly services: Services;
  readonly call: TestCall;
  readonly fetch: ReturnType<typeof createApp>['fetch'];
}

let opened: Opened | undefined;
let nowMs = 0;
let wakes = 0;
let queries = 0;
let woken: string[] = [];
let later: (() => Promise<void>)[] = [];

function createServices(env: CloudflareEnvironment, request: OpenRequest, call: TestCall): Services {
  const { services: platform } = createCloudflareServices(env, { waitUntil, workOnBatches: () => Promise.resolve() });
  const { maxBytes, watches } = request.blobs;
  const hooks = Object.fromEntries(watches.map((name) => [name, (key: string) => call(name, key)]));
  return {
    ...platform,
    db: watchDatabase(platform.db, () => (queries += 1)),
    clock: { nowMs: () => nowMs },
    wakeOutbox: () => {
      wakes += 1;
    },
    // Its count is in tests/contract; here the test moves the clock by which it is refilled.
    limiter: createRateLimiter({ nowMs: () => nowMs }),
    wakeBatches: () => {},
    wakeWorker: (key) => void woken.push(key),
    runLater: (_, task) => void later.push(task),
    blobs: watchBlobs(platform.blobs, { ...hooks, maxBytes: maxBytes ?? Infinity }),
    workers: { post: ({ signal, ...sent }) => call('post', sent, signal) },
    webhooks:
      request.webhooks === 'platform'
        ? platform.webhooks
        : { assertAllowed: () => {}, send: ({ signal, ...sent }) => call('send', sent, signal) },
    settings: {
      ...platform.settings,
      leaseDurationMs: 30_000,
      predictTimeoutMs: 5_000,
      exportTimeoutMs: 60_000,
      maxBodyBytes: null,
      ...request.settings,
    },
  };
}

const current = (): Opened => {
  if (!opened) throw new Error('no test has opened this gateway');
  return opened;
};

const controls: {
  readonly [Name in ControlName]: (
    env: CloudflareEnvironment,
    argument: Parameters<Controls[Name]>[0],
  ) => Promise<ReturnType<Controls[Name]>>;
} = {
  async open(env, request) {
    await emptyStorage(env);
    later = [];
    wakes = 0;
    woken = [];
    const call: TestCall = (name, argument, signal) =>
      callTest({ url: request.callUrl, name, argument, signal, setClock: (ms) => (nowMs = ms) });
    const services = createServices(env, request, call);
    const { projectId, secret } = await ensureDefaultProject(services);
    opened = { services, call, fetch: createApp(services).fetch };
    return { projectId, secret, settings: services.settings };
  },
  sql: (env, query) => executeSql(env.DB, query),
  batch: (env, queries) => executeBatch(env.DB, queries),
  run: async (_, { name, args }) => (await runTask(current().services, name, args)) ?? null,
  runBatches: async (_, limits) => {
    const { services, call } = current();
    const answers = answersOfAll(({ actor, priority }, body) => call('answer', { ctx: { actor, priority }, body }));
    return runBatches(services, { answers, ...limits });
  },
  blobKeys: async (env) => (await env.BLOBS.list()).objects.map(({ key }) => key),
  countWakes: async () => wakes,
  countQueries: async () => queries,
  wokenFor: async () => woken,
  async runPutOff() {
    for (let task = later.shift(); task; task = later.shift()) await task();
    return null;
  },
};

async function control(name: string, request: Request, env: CloudflareEnvironment): Promise<Response> {
  // Only the test's own side of `Controls` sends here.
  const handle = controls[name as ControlName] as (env: CloudflareEnvironment, argument: unknown) => Promise<unknown>;
  const result = await request
    .json()
    .then(async (argument) => ({ value: await handle(env, argument) }))
    .catch((error: unknown) => ({ error: toSentError(error) }));
  return Response.json({ nowMs, ...result } satisfies Reply);
}

export default {
  async fetch(request, env, execution) {
    const sentMs = request.headers.get(CLOCK_HEADER);
    if (sentMs !== null) nowMs = Number(sentMs);
    const name = request.headers.get(CONTROL_HEADER);
    if (name !== null) return control(name, request, env);
    return current().fetch(request, env, execution);
  },
} satisfies ExportedHandler<CloudflareEnvironment>;
