import { z } from 'zod';
import { knownBackbones, parseCatalogue } from '../../contract/index.ts';
import type { Settings } from '../../services/ports.ts';

/** Bindings and variables of wrangler.toml. */
export interface CloudflareEnvironment {
  readonly DB: D1Database;
  readonly BLOBS: R2Bucket;
  readonly LEVIGATE_API_KEY?: string;
  readonly LEVIGATE_WORKER_TOKEN_HASHES?: string;
  readonly LEVIGATE_LEASE_MS?: string;
  readonly LEVIGATE_PREDICT_TIMEOUT_MS?: string;
  /** The catalogue of own backbones itself: there are no files here. */
  readonly LEVIGATE_CATALOGUE?: string;
}

const WORKER_HEARTBEAT_MS = 5_000;

const Variables = z.object({
  LEVIGATE_WORKER_TOKEN_HASHES: z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter((hash) => hash !== ''))
    .pipe(z.array(z.string().regex(/^[0-9a-f]{64}$/, 'must be SHA-256 in lower-case hex, separated by commas'))),
  LEVIGATE_LEASE_MS: z.coerce.number().int().min(1_000).max(600_000).default(30_000),
  LEVIGATE_PREDICT_TIMEOUT_MS: z.coerce.number().int().min(100).max(600_000).default(60_000),
});

/** @throws Error naming the variable that is wrong */
export function parseSettings(env: CloudflareEnvironment): Settings {
  const values = Variables.parse(env);
  return {
    workerTokenHashes: values.LEVIGATE_WORKER_TOKEN_HASHES,
    leaseDurationMs: values.LEVIGATE_LEASE_MS,
    workerHeartbeatMs: WORKER_HEARTBEAT_MS,
    predictTimeoutMs: values.LEVIGATE_PREDICT_TIMEOUT_MS,
    backbones: knownBackbones(
      env.LEVIGATE_CATALOGUE ? parseCatalogue(env.LEVIGATE_CATALOGUE, 'LEVIGATE_CATALOGUE') : [],
    ),
  };
}
