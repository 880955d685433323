import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getLogger } from '@logtape/logtape';
import type { WorkerHealth } from '../../src/contract/worker-protocol.ts';
import { createHostMemory } from '../../src/engine/index.ts';
import { createAdapterStore } from './adapters/adapter-store.ts';
import { isMachineBusy } from './batching/is-machine-busy.ts';
import { createPredictorPool } from './adapters/predictor-pool.ts';
import type { WorkerConfig } from './config.ts';
import type { DeviceLanes } from './device/device-lanes.ts';
import { createEmbed } from './embed/embed.ts';
import { createEmbedTokens } from './embed/embed-tokens.ts';
import { createTokenStates } from './embed/token-states.ts';
import { openFeatureDisk } from './features/disk/feature-disk.ts';
import type { FeatureDisk } from './features/disk/feature-disk.ts';
import { createExport } from './export/export-model.ts';
import { createFeatureCache } from './features/feature-cache.ts';
import { createDescribeGraph } from './graph/describe-graph.ts';
import { createGatewayClient } from './gateway-api/gateway-client.ts';
import { isTransient } from './gateway-api/gateway-error.ts';
import { keepRegistered } from './gateway-api/registration.ts';
import { retry } from './gateway-api/retry.ts';
import { runJobLoop } from './jobs/job-loop.ts';
import { createWorkerMetrics } from './metrics/worker-metrics.ts';
import type { WorkerMetrics } from './metrics/worker-metrics.ts';
import { createPredict } from './predict/predict.ts';
import { openBackbone } from './resident/open-backbone.ts';
import { createResidentBackbones } from './resident/resident-backbones.ts';
import type { BatchPlan, ResidentBackbones } from './resident/resident-backbones.ts';
import { createLateRuntime } from './runtime/late-runtime.ts';
import type { Device } from './runtime/onnx-runtime.ts';
import { createActivity } from './server/activity.ts';
import { createIdleSignal } from './server/idle-signal.ts';
import { listen } from './server/listen.ts';
import { openTracing } from './server/open-tracing.ts';
import { createWorkerApp } from './server/worker-app.ts';
import type { WorkerVerbs } from './server/worker-app.ts';
import { createDecode, createTokenize } from './tokens/tokens.ts';

const log = getLogger(['levigate', 'worker']);

// Until the device was measured. Padding is computed too: on a CPU large batches fall out of the cache, a GPU wants to be filled.
const BATCH_PLANS = {
  cpu: { tokenBudget: 512, sizes: [32, 128, 256, 512, 1_024, 2_048], leastBudget: 256, maxImages: 8 },
  webgpu: { tokenBudget: 8_192, sizes: [32, 256, 1_024, 4_096, 8_192, 16_384], leastBudget: 1_024, maxImages: 32 },
  cuda: { tokenBudget: 16_384, sizes: [32, 512, 2_048, 8_192, 16_384, 32_768], leastBudget: 2_048, maxImages: 64 },
} as const satisfies Record<Device, BatchPlan>;
const BACKBONE_RETRY_MS = 30_000;
// After the first answer, before the first request with many rows.
const RUNTIME_WARM_UP_MS = 2_000;
const BUSY_POLL_MS = 1_000;

export interface WorkerParts {
  /** Started already. */
  readonly device: DeviceLanes;
  /** Takes no new work from then on. */
  readonly stop: AbortSignal;
}

/**
 * Runs a worker until it is told to stop, or nothing was asked of it for as long as is set: then takes no new work, checkpoints and releases its
 * job, finishes the predictions in flight, and resolves. Rejects when it cannot start at all.
 */
export async function runWorker(config: WorkerConfig, { device, stop }: WorkerParts): Promise<void> {
  const requests = createActivity();
  const jobs = createActivity();
  using idle = createIdleSignal([requests, jobs], { afterMs: config.idleExitMs });
  const signal = AbortSignal.any([stop, idle.signal]);
  const client = createGatewayClient({ url: config.gatewayUrl, workerToken: config.workerToken });
  const [info, openedDisk] = await Promise.all([device.info, openDisk(config)]);
  await using disk = openedDisk;
  await using tracing = openTracing(config.tracing);
  const cache = createFeatureCache({ maxBytes: config.featureCacheBytes, disk });
  const memory = createHostMemory(config.adapterCacheBytes);
  const adapters = createAdapterStore({
    maxBytes: config.adapterCacheBytes,
    memory,
    fetch: (sha256) =>
      retry(() => client.downloadAdapter(sha256), { signal, shouldRetry: isTransient, limitMs: 10_000 }),
    onFetch: () => metrics.adapterFetched(),
  });
  const metrics: WorkerMetrics = createWorkerMetrics({
    queuedInputs: () => backbones.queuedInputs,
    requestsInFlight: () => requests.inFlight,
    residentAdapters: () => adapters.resident.length,
    pinnedAdapters: () => adapters.pinned.length,
    adapterBytes: () => adapters.sizeBytes,
    featureBytes: () => ({ memory: cache.sizeBytes, disk: cache.diskBytes }),
  });
  const plan = BATCH_PLANS[info.device];
  const backbones: ResidentBackbones = createResidentBackbones({
    open: (name) => openBackbone(name, { device, catalogue: config.catalogue, signal }),
    device,
    cache,
    signal,
    batching: {
      ...plan,
      tokenBudget: config.tokenBudget ?? plan.tokenBudget,
      calibration: config.tokenBudget === undefined ? { folder: join(config.cacheFolder, 'calibration'), info } : null,
      isDeviceTaken: () => jobs.inFlight > 0 || !device.isComplete || isMachineBusy(),
      lanes: info.lanes,
      windowMs: config.batchWindowMs,
      maxQueued: config.maxQueuedInputs,
      standingMs: config.standingQueueMs,
      freeCalls: config.freeRequests,
      onBatch: (batch) => metrics.batch(batch),
    },
  });
  // Adapters are a few small matrices: one thread, always on the CPU, in this process.
  const predictors = createPredictorPool(
    createLateRuntime({ device: 'cpu', threads: 1 }, { warmUpMs: RUNTIME_WARM_UP_MS }),
    memory,
  );
  let trouble: string | null = null;
  const health = (): WorkerHealth => {
    const isReady = config.backbones.every((name) => backbones.find(name));
    const status = signal.aborted ? 'draining' : isReady ? 'ready' : trouble ? 'unhealthy' : 'starting';
    return { status, device: info.device, backbones: [...backbones.ready], detail: trouble };
  };

  const accessToken = randomBytes(32).toString('base64url');
  const predict = createPredict({ backbones, adapters, predictors });
  const verbs: WorkerVerbs = {
    predict,
    export: createExport({ backbones, client, predict, signal }),
    embed: createEmbed({ backbones }),
    embed_tokens: createEmbedTokens({ backbones, states: createTokenStates(device) }),
    graph: createDescribeGraph({ backbones, adapters }),
    tokenize: createTokenize({ backbones }),
    decode: createDecode({ backbones }),
  };
  const app = createWorkerApp({
    accessToken,
    workerToken: config.workerToken,
    health,
    metrics,
    activity: requests,
    adapters,
    cache,
    verbs,
    overload: (backbone) => backbones.find(backbone)?.overload() ?? null,
    tracer: tracing.tracer,
    deviceTracer: tracing.deviceTracer,
  });
  await using stack = new AsyncDisposableStack();
  const listener = stack.use(await listen(app, config));
  const registering = keepRegistered({
    client,
    name: config.name,
    url: config.publicUrl ?? `http://${urlHost(config.host)}:${listener.port}`,
    accessToken,
    device: info.device,
    backbones: () => backbones.ready,
    load: () => ({
      queuedInputs: backbones.queuedInputs,
      queuedTokens: backbones.queuedTokens,
      requestsInFlight: requests.inFlight,
      residentAdapters: adapters.resident,
    }),
    signal,
  });
  const preparing = prepareAll(config.backbones, {
    prepare: (name) => backbones.ensure(name),
    onTrouble: (problem) => (trouble = problem),
    signal,
  });
  const registration = await registering;
  // Jobs wait at the gateway until this worker could run one.
  await preparing;
  registration.announce();
  for (const sha256 of config.pinnedAdapters) {
    adapters.pin(sha256).catch((error: unknown) => log.warn('an adapter could not be pinned', { sha256, error }));
  }
  await runJobLoop({
    signal,
    // A question costs gateway and worker about what a prediction does: while those keep coming, a job waits a moment longer.
    pollMs: () =>
      requests.idleForMs(performance.now()) < BUSY_POLL_MS
        ? Math.max(BUSY_POLL_MS, config.jobPollMs)
        : config.jobPollMs,
    claim: () => client.claim(registration.workerId),
    run: async (lease, shutdown) => {
      using _busy = jobs.begin();
      // With the first job: reading training files is a third of the code.
      const { runJob } = await import('./jobs/run-job.ts');
      await runJob({ client, backbones, device }, lease, shutdown);
    },
  });
  log.info('draining', { reason: idle.signal.aborted ? 'nothing was asked for' : 'signal' });
  await registration.ended;
  // Requests in flight are answered before the gateway forgets who answers them.
  await stack.disposeAsync();
  await registration.leave().catch((error: unknown) => log.warn('the gateway was not told', { reason: String(error) }));
}

/** The disk tier of the feature cache, or none: a folder that cannot be written is no reason not to serve. */
async function openDisk({ cacheFolder, featureDiskBytes }: WorkerConfig): Promise<FeatureDisk | null> {
  if (featureDiskBytes === 0) return null;
  return await openFeatureDisk({ folder: join(cacheFolder, 'features'), maxBytes: featureDiskBytes }).catch(
    (error: unknown) => {
      log.warn('features are kept in memory alone', { error });
      return null;
    },
  );
}

interface Preparation {
  readonly prepare: (name: string) => Promise<unknown>;
  /** Null: there is none any more. */
  readonly onTrouble: (problem: string | null) => void;
  readonly signal: AbortSignal;
}

/** One backbone after the other, each until it is there; never rejects. */
async function prepareAll(names: readonly string[], { prepare, onTrouble, signal }: Preparation): Promise<void> {
  for (const name of names) {
    while (!signal.aborted) {
      try {
        await prepare(name);
        onTrouble(null);
        break;
      } catch (error) {
        if (signal.aborted) return;
        const problem = error instanceof Error ? error.message : String(error);
        onTrouble(problem);
        log.error('a backbone is not ready; trying again', { problem, delayMs: BACKBONE_RETRY_MS });
        await sleep(BACKBONE_RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }
}

/** A wildcard is no address to be reached at; in a container's network the host name is. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return host.includes(':') ? `[${host}]` : host;
}
