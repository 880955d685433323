import { z } from 'zod';
import { flag, parseCatalogue, parseEnvironment, workerToken } from '../../contract/index.ts';
import type { Settings } from '../../services/ports.ts';
import type { TracingVariables } from '../../telemetry/tracing-settings.ts';
import { SETTINGS_VARIABLES, toSettings } from '../neutral/settings.ts';
import type { BucketAccess } from './presigned-urls.ts';
import type { ProjectLimiters } from './durable-limiter.ts';

/** A Durable Object that holds one container; `wake` starts it under a name, and is no error when it runs. */
export interface ContainerStub {
  fetch(request: Request): Promise<Response>;
  wake(name: string): Promise<void>;
}

/** What of wrangler.toml's bindings is used here. Their generated types (functions/bindings.d.ts) must fit this. */
export interface CloudflareEnvironment extends TracingVariables {
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
  readonly LEVIGATE_EXPORT_TIMEOUT_MS?: string;
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
}

/** Cloudflare refuses a larger request before it gets here: 100 MB on its Free and Pro plans. */
const MAX_BODY_BYTES = 100_000_000;

const Variables = z.object({
  LEVIGATE_WORKER_TOKEN: workerToken.optional(),
  /** Of further tokens, whose text need not be here. */
  LEVIGATE_WORKER_TOKEN_HASHES: z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter((hash) => hash !== ''))
    .pipe(z.array(z.string().regex(/^[0-9a-f]{64}$/, 'must be SHA-256 in lower-case hex, separated by commas'))),
  LEVIGATE_CATALOGUE: z.string().optional(),
  LEVIGATE_ALLOW_PRIVATE_WEBHOOKS: flag('0'),
  LEVIGATE_CONTAINERS: z.coerce.number().int().min(0).max(100).default(0),
  LEVIGATE_R2_URL: z.url({ protocol: /^https?$/ }).optional(),
  LEVIGATE_R2_ACCESS_KEY_ID: z.string().optional(),
  LEVIGATE_R2_SECRET_ACCESS_KEY: z.string().optional(),
  ...SETTINGS_VARIABLES,
});

/** A Worker's variables, read. */
export interface CloudflareConfig {
  readonly settings: Settings;
  /** The bucket's S3 address and credentials; null when there are none. */
  readonly bucketAccess: BucketAccess | null;
  readonly containers: number;
  readonly allowPrivateWebhooks: boolean;
}

/** @throws Error with one line per wrong variable */
export function parseCloudflareConfig(env: CloudflareEnvironment): CloudflareConfig {
  const values = parseEnvironment(Variables, env);
  const { LEVIGATE_CATALOGUE: catalogue } = values;
  const settings = toSettings(values, {
    workerTokens: [values.LEVIGATE_WORKER_TOKEN],
    catalogue: catalogue === undefined ? [] : parseCatalogue(catalogue, 'LEVIGATE_CATALOGUE'),
    maxBodyBytes: MAX_BODY_BYTES,
  });
  return {
    settings: {
      ...settings,
      workerTokenHashes: [...settings.workerTokenHashes, ...values.LEVIGATE_WORKER_TOKEN_HASHES],
    },
    bucketAccess: toBucketAccess(values),
    containers: values.LEVIGATE_CONTAINERS,
    allowPrivateWebhooks: values.LEVIGATE_ALLOW_PRIVATE_WEBHOOKS,
  };
}

function toBucketAccess({
  LEVIGATE_R2_URL: bucketUrl,
  LEVIGATE_R2_ACCESS_KEY_ID: accessKeyId,
  LEVIGATE_R2_SECRET_ACCESS_KEY: secretAccessKey,
}: z.output<typeof Variables>): BucketAccess | null {
  if (accessKeyId === undefined && secretAccessKey === undefined) return null;
  if (bucketUrl !== undefined && accessKeyId !== undefined && secretAccessKey !== undefined)
    return { bucketUrl, accessKeyId, secretAccessKey };
  throw new Error(
    'the environment is not valid:\n  LEVIGATE_R2_URL, LEVIGATE_R2_ACCESS_KEY_ID and LEVIGATE_R2_SECRET_ACCESS_KEY go together: set all three or neither key',
  );
}
