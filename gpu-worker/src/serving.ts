import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { getLogger } from '@logtape/logtape';
import type { Hono } from 'hono';
import type { WorkerHealth } from '../../src/contract/worker-protocol.ts';
import { createHostMemory } from '../../src/engine/index.ts';
import { createAdapterStore } from './adapters/adapter-store.ts';
import type { AdapterStore } from './adapters/adapter-store.ts';
import { createPredictorPool } from './adapters/predictor-pool.ts';
import { isMachineBusy } from './batching/is-machine-busy.ts';
import type { WorkerConfig } from './config.ts';
import type { DeviceLanes } from './device/device-lanes.ts';
import { createEmbed } from './embed/embed.ts';
import { createEmbedTokens } from './embed/embed-tokens.ts';
import { createTokenStates } from './embed/token-states.ts';
import { createExport } from './export/export-model.ts';
import { openFeatureDisk } from './features/disk/feature-disk.ts';
import type { FeatureDisk } from './features/disk/feature-disk.ts';
import { createFeatureCache } from './features/feature-cache.ts';
import type { GatewayClient } from './gateway-api/gateway-client.ts';
import { isTransient } from './gateway-api/gateway-error.ts';
import type { WorkerLoad } from './gateway-api/registration.ts';
import { retry } from './gateway-api/retry.ts';
import { createDescribeGraph } from './graph/describe-graph.ts';
import { createWorkerMetrics } from './metrics/worker-metrics.ts';
import type { WorkerMetrics } from './metrics/worker-metrics.ts';
import { createPredict } from './predict/predict.ts';
import { BATCH_PLANS } from './resident/batch-plans.ts';
import { openBackbone } from './resident/open-backbone.ts';
import { prepareAll } from './resident/prepare-all.ts';
import { createResidentBackbones } from './resident/resident-backbones.ts';
import type { ResidentBackbones } from './resident/resident-backbones.ts';
import { createLateRuntime } from './runtime/late-runtime.ts';
import type { Activity } from './server/activity.ts';
import { openTracing } from './server/open-tracing.ts';
import { createWorkerApp } from './server/worker-app.ts';
import type { WorkerVerbs } from './server/worker-app.ts';
import { createDecode, createTokenize } from './tokens/tokens.ts';

const log = getLogger(['levigate', 'worker']);

// After the first answer, before the first request with many rows.
const RUNTIME_WARM_UP_MS = 2_000;

export interface ServingOptions {
  readonly device: DeviceLanes;
  readonly client: GatewayClient;
  /** What is being answered, and what is being trained. */
  readonly requests: Activity;
  readonly jobs: Activity;
  /** Nothing new begins when it fires. */
  readonly signal: AbortSignal;
}

/** What a worker answers with: backbones, adapters and features in memory, behind one app. */
export interface Serving extends AsyncDisposable {
  readonly app: Hono;
  /** Opens the app; the gateway is told it at registration. */
  readonly accessToken: string;
  readonly backbones: ResidentBackbones;
  readonly load: () => WorkerLoad;
  /** Loads the backbones that are to be there from the start; until then its health is `starting`. Never rejects. */
  prepare(): Promise<void>;
  pin(sha256: string): void;
}

/** Opens what answers predictions on this device. */
export async function openServing(config: WorkerConfig, options: ServingOptions): Promise<Serving> {
  const { device, client, requests, signal } = options;
  await using stack = new AsyncDisposableStack();
  const [info, disk] = await Promise.all([device.info, openDisk(config)]);
  if (disk) stack.use(disk);
  const tracing = stack.use(openTracing(config.tracing));
  const cache = createFeatureCache({ maxBytes: config.featureCacheBytes, disk });
  const memory = createHostMemory(config.adapterCacheBytes);
  const adapters: AdapterStore = createAdapterStore({
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
  const backbones: ResidentBackbones = createResidentBackbones({
    open: (name) => openBackbone(name, { device, catalogue: config.catalogue, signal }),
    device,
    cache,
    signal,
    batching: { ...batchingOf(config, info, options), onBatch: (batch) => metrics.batch(batch) },
  });
  // Adapters are a few small matrices: one thread, always on the CPU, in this process.
  const runtime = createLateRuntime({ device: 'cpu', threads: 1 }, { warmUpMs: RUNTIME_WARM_UP_MS });
  const predict = createPredict({ backbones, adapters, predictors: createPredictorPool(runtime, memory) });
  const verbs: WorkerVerbs = {
    predict,
    export: createExport({ backbones, client, predict, signal }),
    embed: createEmbed({ backbones }),
    embed_tokens: createEmbedTokens({ backbones, states: createTokenStates(device) }),
    graph: createDescribeGraph({ backbones, adapters }),
    tokenize: createTokenize({ backbones }),
    decode: createDecode({ backbones }),
  };
  let trouble: string | null = null;
  const health = (): WorkerHealth => {
    const isReady = config.backbones.every((name) => backbones.find(name));
    const status = signal.aborted ? 'draining' : isReady ? 'ready' : trouble ? 'unhealthy' : 'starting';
    return { status, device: info.device, backbones: [...backbones.ready], detail: trouble };
  };
  const accessToken = randomBytes(32).toString('base64url');
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
  const opened = stack.move();
  return {
    app,
    accessToken,
    backbones,
    load: () => ({
      queuedInputs: backbones.queuedInputs,
      queuedTokens: backbones.queuedTokens,
      requestsInFlight: requests.inFlight,
      residentAdapters: adapters.resident,
    }),
    prepare: () =>
      prepareAll(config.backbones, {
        prepare: (name) => backbones.ensure(name),
        onTrouble: (problem) => (trouble = problem),
        signal,
      }),
    pin: (sha256) =>
      void adapters
        .pin(sha256)
        .catch((error: unknown) => log.warn('an adapter could not be pinned', { sha256, error })),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** How batches are made on this device, by its plan and the settings. */
function batchingOf(config: WorkerConfig, info: Awaited<DeviceLanes['info']>, { device, jobs }: ServingOptions) {
  const plan = BATCH_PLANS[info.device];
  return {
    ...plan,
    tokenBudget: config.tokenBudget ?? plan.tokenBudget,
    calibration: config.tokenBudget === undefined ? { folder: join(config.cacheFolder, 'calibration'), info } : null,
    isDeviceTaken: () => jobs.inFlight > 0 || !device.isComplete || isMachineBusy(),
    lanes: info.lanes,
    windowMs: config.batchWindowMs,
    maxQueued: config.maxQueuedInputs,
    standingMs: config.standingQueueMs,
    freeCalls: config.freeRequests,
  };
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
