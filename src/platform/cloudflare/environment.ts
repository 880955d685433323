import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DEFAULT_BACKBONE, knownBackbones, parseCatalogue, requireKnownBackbone } from '../../contract/index.ts';
import type { Settings } from '../../services/ports.ts';
import type { BucketAccess } from './presigned-urls.ts';
import type { ProjectLimiters } from './durable-limiter.ts';

/** A Durable Object that holds one container; `wake` starts it under a name, and is no error when it runs. */
export interface ContainerStub {
  fetch(request: Request): Promise<Response>;
  wake(name: string): Promise<void>;
}

/** What of wrangler.toml's bindings is used here. Their generated types (functions/bindings.d.ts) must fit this. */
export interface CloudflareEnvironment {
  readonly DB: D1Database;
  readonly BLOBS: R2Bucket;
  readonly OUTBOX: Queue;
  readonly WORKERS: { getByName(name: string): ContainerStub };
  readonly LIMITER: ProjectLimiters;
  readonly LEVIGATE_API_KEY?: string;
  readonly LEVIGATE_WORKER_TOKEN?: string;
  readonly LEVIGATE_WORKER_TOKEN_HASHES?: string;
  readonly LEVIGATE_LEASE_MS?: string;
  readonly LEVIGATE_PREDICT_TIMEOUT_MS?: string;
  readonly LEVIGATE_PUBLIC_URL?: string;
  readonly LEVIGATE_CONTAINERS?: string;
  readonly LEVIGATE_R2_URL?: string;
  readonly LEVIGATE_R2_ACCESS_KEY_ID?: string;
  readonly LEVIGATE_R2_SECRET_ACCESS_KEY?: string;
  /** The catalogue of own backbones itself: there are no files here. */
  readonly LEVIGATE_CATALOGUE?: string;
  /** '1' where receivers stand on loopback: on one's own machine. A deployed Worker reaches none there. */
  readonly LEVIGATE_ALLOW_PRIVATE_WEBHOOKS?: string;
  readonly LEVIGATE_DEFAULT_BACKBONE?: string;
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  readonly OTEL_EXPORTER_OTLP_HEADERS?: string;
  readonly OTEL_SERVICE_NAME?: string;
  readonly OTEL_TRACES_SAMPLER_ARG?: string;
}

const WORKER_HEARTBEAT_MS = 5_000;
/** Cloudflare refuses a larger request before it gets here: 100 MB on its Free and Pro plans. */
const MAX_BODY_BYTES = 100_000_000;

const Variables = z.object({
  LEVIGATE_WORKER_TOKEN: z.string().min(32, 'must be at least 32 characters').optional(),
  LEVIGATE_WORKER_TOKEN_HASHES: z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter((hash) => hash !== ''))
    .pipe(z.array(z.string().regex(/^[0-9a-f]{64}$/, 'must be SHA-256 in lower-case hex, separated by commas'))),
  LEVIGATE_LEASE_MS: z.coerce.number().int().min(1_000).max(600_000).default(30_000),
  LEVIGATE_PREDICT_TIMEOUT_MS: z.coerce.number().int().min(100).max(600_000).default(60_000),
});

const S3 = z.object({
  LEVIGATE_R2_URL: z.url({ protocol: /^https?$/ }),
  LEVIGATE_R2_ACCESS_KEY_ID: z.string().min(1),
  LEVIGATE_R2_SECRET_ACCESS_KEY: z.string().min(1),
});

/** The bucket's S3 address and credentials; null when there are none. @throws Error when some are missing */
export function parseBucketAccess(env: CloudflareEnvironment): BucketAccess | null {
  if (!env.LEVIGATE_R2_ACCESS_KEY_ID && !env.LEVIGATE_R2_SECRET_ACCESS_KEY) return null;
  const values = S3.parse(env);
  return {
    bucketUrl: values.LEVIGATE_R2_URL,
    accessKeyId: values.LEVIGATE_R2_ACCESS_KEY_ID,
    secretAccessKey: values.LEVIGATE_R2_SECRET_ACCESS_KEY,
  };
}

/** @throws Error naming the variable that is wrong */
export const countContainers = (env: CloudflareEnvironment): number =>
  z.object({ LEVIGATE_CONTAINERS: z.coerce.number().int().min(0).max(100).default(0) }).parse(env).LEVIGATE_CONTAINERS;

/** @throws Error naming the variable that is wrong */
export function parseSettings(env: CloudflareEnvironment): Settings {
  const values = Variables.parse(env);
  const { LEVIGATE_WORKER_TOKEN: token } = values;
  const backbones = knownBackbones(
    env.LEVIGATE_CATALOGUE ? parseCatalogue(env.LEVIGATE_CATALOGUE, 'LEVIGATE_CATALOGUE') : [],
  );
  return {
    workerTokenHashes: [
      ...values.LEVIGATE_WORKER_TOKEN_HASHES,
      ...(token === undefined ? [] : [createHash('sha256').update(token).digest('hex')]),
    ],
    leaseDurationMs: values.LEVIGATE_LEASE_MS,
    workerHeartbeatMs: WORKER_HEARTBEAT_MS,
    predictTimeoutMs: values.LEVIGATE_PREDICT_TIMEOUT_MS,
    maxBodyBytes: MAX_BODY_BYTES,
    backbones,
    defaultBackbone: requireKnownBackbone(backbones, env.LEVIGATE_DEFAULT_BACKBONE ?? DEFAULT_BACKBONE),
  };
}

/** OpenTelemetry's own variables, as far as they mean something here. */
export const tracingVariables = (env: CloudflareEnvironment): Record<string, string | undefined> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_EXPORTER_OTLP_HEADERS: env.OTEL_EXPORTER_OTLP_HEADERS,
  OTEL_SERVICE_NAME: env.OTEL_SERVICE_NAME,
  OTEL_TRACES_SAMPLER_ARG: env.OTEL_TRACES_SAMPLER_ARG,
});
