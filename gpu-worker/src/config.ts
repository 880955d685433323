import { homedir, hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { CatalogueEntry } from '../../src/contract/catalogue.ts';
import { flag, parseEnvironment, workerToken } from '../../src/contract/environment.ts';
import type { Variables } from '../../src/contract/environment.ts';
import { DEFAULT_BACKBONE } from '../../src/contract/models.ts';
import { pickTracingVariables } from '../../src/telemetry/tracing-settings.ts';
import type { TracingVariables } from '../../src/telemetry/tracing-settings.ts';
import { readCatalogue } from './backbones/read-catalogue.ts';
import { defaultThreads } from './runtime/default-threads.ts';

const MIB = 1024 * 1024;
const count = (least: number) => z.coerce.number().int().min(least);

const Environment = z.object({
  LEVIGATE_GATEWAY_URL: z.url({ protocol: /^https?$/ }),
  LEVIGATE_WORKER_TOKEN: workerToken,
  LEVIGATE_WORKER_NAME: z.string().min(1).max(128).optional(),
  LEVIGATE_WORKER_HOST: z.string().default('127.0.0.1'),
  LEVIGATE_WORKER_PORT: count(0).max(65_535).default(0),
  LEVIGATE_WORKER_URL: z.url({ protocol: /^https?$/ }).optional(),
  LEVIGATE_DEVICE: z.enum(['auto', 'cpu', 'webgpu', 'cuda']).default('auto'),
  LEVIGATE_THREADS: count(1).max(1024).optional(),
  LEVIGATE_BACKBONES: z.string().default(DEFAULT_BACKBONE),
  LEVIGATE_CATALOGUE: z.string().optional(),
  LEVIGATE_CACHE: z.string().default(join(homedir(), '.cache', 'levigate')),
  LEVIGATE_FEATURE_CACHE_MB: count(0).default(512),
  LEVIGATE_FEATURE_DISK_MB: count(0).default(1024),
  LEVIGATE_ADAPTER_CACHE_MB: count(1).default(defaultAdapterCacheMb()),
  LEVIGATE_PINNED_ADAPTERS: z
    .string()
    .default('')
    .refine((list) => splitList(list).every((hash) => /^[0-9a-f]{64}$/.test(hash)), {
      error: 'must be the SHA-256 hashes of adapters, separated by commas',
    }),
  LEVIGATE_TOKEN_BUDGET: count(16).optional(),
  LEVIGATE_BATCH_WINDOW_MS: z.coerce.number().min(0).max(100).default(2),
  LEVIGATE_MAX_QUEUED_INPUTS: count(1).default(4096),
  LEVIGATE_STANDING_QUEUE_MS: z.coerce.number().min(1).max(600_000).default(100),
  LEVIGATE_FREE_REQUESTS: count(0).default(64),
  LEVIGATE_IDLE_EXIT_S: z.coerce.number().min(0).default(0),
  LEVIGATE_JOB_POLL_MS: count(10).max(60_000).default(1_000),
  LEVIGATE_LOG: z.enum(['debug', 'info', 'warning', 'error']).default('info'),
  LEVIGATE_PARENT: flag('0'),
});

/** A sixteenth of the machine's memory, within 512 MB and 4 GB: some thousand adapters. */
function defaultAdapterCacheMb(): number {
  return Math.round(Math.min(4_096, Math.max(512, totalmem() / MIB / 16)));
}

const splitList = (list: string): string[] =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

export interface WorkerConfig {
  readonly gatewayUrl: string;
  readonly workerToken: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Where the gateway reaches this worker, if that is not its own address and port. */
  readonly publicUrl: string | undefined;
  readonly device: 'auto' | 'cpu' | 'webgpu' | 'cuda';
  readonly threads: number;
  /** Prepared before the first job is asked for. */
  readonly backbones: readonly string[];
  /** The operator's own. */
  readonly catalogue: readonly CatalogueEntry[];
  /** Where prepared backbones, features and measurements lie. */
  readonly cacheFolder: string;
  readonly featureCacheBytes: number;
  /** 0: features are kept in memory alone. */
  readonly featureDiskBytes: number;
  readonly adapterCacheBytes: number;
  /** Hashes of those that never leave memory. */
  readonly pinnedAdapters: readonly string[];
  /** Undefined: measured. */
  readonly tokenBudget: number | undefined;
  readonly batchWindowMs: number;
  readonly maxQueuedInputs: number;
  /** How long a queue that stands may keep a newcomer waiting. */
  readonly standingQueueMs: number;
  /** Requests of a backbone that may wait however long it takes. */
  readonly freeRequests: number;
  /** The process ends when nothing was asked of it for so long; 0: never. */
  readonly idleExitMs: number;
  /** Longest time between two questions for a job while idle. */
  readonly jobPollMs: number;
  /** OpenTelemetry's own variables. */
  readonly tracing: TracingVariables;
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error';
  /** The process ends with the one that started it. */
  readonly isLeashed: boolean;
}

/** @throws Error with one line per wrong variable */
export function parseWorkerConfig(env: Variables): WorkerConfig {
  const values = parseEnvironment(Environment, env);
  return {
    gatewayUrl: values.LEVIGATE_GATEWAY_URL,
    workerToken: values.LEVIGATE_WORKER_TOKEN,
    name: values.LEVIGATE_WORKER_NAME ?? hostname(),
    host: values.LEVIGATE_WORKER_HOST,
    port: values.LEVIGATE_WORKER_PORT,
    publicUrl: values.LEVIGATE_WORKER_URL,
    device: values.LEVIGATE_DEVICE,
    threads: values.LEVIGATE_THREADS ?? defaultThreads(),
    backbones: splitList(values.LEVIGATE_BACKBONES),
    catalogue: readCatalogue(values.LEVIGATE_CATALOGUE),
    cacheFolder: values.LEVIGATE_CACHE,
    featureDiskBytes: values.LEVIGATE_FEATURE_DISK_MB * MIB,
    featureCacheBytes: values.LEVIGATE_FEATURE_CACHE_MB * MIB,
    adapterCacheBytes: values.LEVIGATE_ADAPTER_CACHE_MB * MIB,
    pinnedAdapters: splitList(values.LEVIGATE_PINNED_ADAPTERS),
    tokenBudget: values.LEVIGATE_TOKEN_BUDGET,
    batchWindowMs: values.LEVIGATE_BATCH_WINDOW_MS,
    maxQueuedInputs: values.LEVIGATE_MAX_QUEUED_INPUTS,
    standingQueueMs: values.LEVIGATE_STANDING_QUEUE_MS,
    freeRequests: values.LEVIGATE_FREE_REQUESTS,
    idleExitMs: values.LEVIGATE_IDLE_EXIT_S * 1_000,
    jobPollMs: values.LEVIGATE_JOB_POLL_MS,
    tracing: pickTracingVariables(env),
    logLevel: values.LEVIGATE_LOG,
    isLeashed: values.LEVIGATE_PARENT,
  };
}
