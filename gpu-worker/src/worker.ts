import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { getLogger } from '@logtape/logtape';
import type { WorkerHealth } from '../../src/contract/worker-protocol.ts';
import { createAdapterStore } from './adapters/adapter-store.ts';
import { createPredictorPool } from './adapters/predictor-pool.ts';
import type { WorkerConfig } from './config.ts';
import { superviseLanes } from './device/device-lanes.ts';
import { createEmbed } from './embed/embed.ts';
import { createEmbedTokens } from './embed/embed-tokens.ts';
import { createTokenStates } from './embed/token-states.ts';
import { createFeatureCache } from './features/feature-cache.ts';
import { createGatewayClient } from './gateway-api/gateway-client.ts';
import { isTransient } from './gateway-api/gateway-error.ts';
import { keepRegistered } from './gateway-api/registration.ts';
import { retry } from './gateway-api/retry.ts';
import { runJob } from './jobs/run-job.ts';
import { runJobLoop } from './jobs/job-loop.ts';
import { createPredict } from './predict/predict.ts';
import { openBackbone } from './resident/open-backbone.ts';
import { createResidentBackbones } from './resident/resident-backbones.ts';
import { createOnnxRuntime } from './runtime/onnx-runtime.ts';
import type { Device } from './runtime/onnx-runtime.ts';
import { listen } from './server/listen.ts';
import { createWorkerApp } from './server/worker-app.ts';
import type { WorkerVerbs } from './server/worker-app.ts';
import { createDecode, createTokenize } from './tokens/tokens.ts';

const log = getLogger(['levigate', 'worker']);

// Padding is computed too: on a CPU batches beyond 512 tokens fall out of the cache, a GPU wants to be filled.
const TOKEN_BUDGETS = { cpu: 512, webgpu: 8_192, cuda: 16_384 } as const satisfies Record<Device, number>;
const LEAST_TOKENS_A_ROW = 8;
const IMAGES_A_BATCH = { cpu: 8, webgpu: 32, cuda: 64 } as const satisfies Record<Device, number>;
const BACKBONE_RETRY_MS = 30_000;

/**
 * Runs a worker until the signal fires: then takes no new work, checkpoints and releases its job, finishes the
 * predictions in flight, and resolves. Rejects when it cannot start at all.
 */
export async function runWorker(config: WorkerConfig, signal: AbortSignal): Promise<void> {
  const client = createGatewayClient({ url: config.gatewayUrl, workerToken: config.workerToken });
  await using device = superviseLanes({ wanted: config.device, threads: config.threads });
  const info = await device.info;
  const tokenBudget = config.tokenBudget ?? TOKEN_BUDGETS[info.device];
  const backbones = createResidentBackbones({
    open: (name) => openBackbone(name, { device, catalogue: config.catalogue, signal }),
    device,
    cache: createFeatureCache({ maxBytes: config.featureCacheBytes }),
    batching: {
      tokenBudget,
      maxRows: Math.ceil(tokenBudget / LEAST_TOKENS_A_ROW),
      maxImages: IMAGES_A_BATCH[info.device],
      windowMs: config.batchWindowMs,
      maxQueued: config.maxQueuedInputs,
      lanes: info.lanes,
    },
  });
  const adapters = createAdapterStore({
    maxBytes: config.adapterCacheBytes,
    fetch: (sha256) =>
      retry(() => client.downloadAdapter(sha256), { signal, shouldRetry: isTransient, limitMs: 10_000 }),
  });
  // Adapters are a few small matrices: one thread, always on the CPU, in this process.
  const predictors = createPredictorPool(createOnnxRuntime({ device: 'cpu', threads: 1 }));
  let trouble: string | null = null;
  const health = (): WorkerHealth => {
    const isReady = config.backbones.every((name) => backbones.find(name));
    const status = signal.aborted ? 'draining' : isReady ? 'ready' : trouble ? 'unhealthy' : 'starting';
    return { status, device: info.device, backbones: [...backbones.ready], detail: trouble };
  };

  const accessToken = randomBytes(32).toString('base64url');
  const verbs: WorkerVerbs = {
    predict: createPredict({ backbones, adapters, predictors }),
    embed: createEmbed({ backbones }),
    embed_tokens: createEmbedTokens({ backbones, states: createTokenStates(device) }),
    tokenize: createTokenize({ backbones }),
    decode: createDecode({ backbones }),
  };
  const app = createWorkerApp({ accessToken, health, verbs });
  await using listener = await listen(app, config);
  const registration = await keepRegistered({
    client,
    name: config.name,
    url: config.publicUrl ?? `http://${urlHost(config.host)}:${listener.port}`,
    accessToken,
    device: info.device,
    backbones: () => backbones.ready,
    queuedInputs: () => backbones.queuedInputs,
    signal,
  });

  // Jobs wait at the gateway until this worker could run one.
  for (const name of config.backbones) {
    await prepareUntilDone(
      () => backbones.ensure(name),
      signal,
      (problem) => (trouble = problem),
    );
    trouble = null;
    registration.announce();
  }
  await runJobLoop({
    signal,
    pollMs: config.jobPollMs,
    claim: () => client.claim(registration.workerId),
    run: (lease, shutdown) => runJob({ client, backbones, device }, lease, shutdown),
  });
  log.info('draining');
  await registration.ended;
}

async function prepareUntilDone(
  prepare: () => Promise<unknown>,
  signal: AbortSignal,
  onTrouble: (problem: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await prepare();
      return;
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof Error ? error.message : String(error);
      onTrouble(problem);
      log.error('a backbone is not ready; trying again', { problem, delayMs: BACKBONE_RETRY_MS });
      await sleep(BACKBONE_RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
}

/** A wildcard is no address to be reached at; in a container's network the host name is. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return host.includes(':') ? `[${host}]` : host;
}
