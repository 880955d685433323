import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { DEFAULT_BACKBONE, knownBackbones, parseCatalogue, requireKnownBackbone } from '../../contract/index.ts';
import type { BackboneInfo, CatalogueEntry } from '../../contract/index.ts';

const flag = z
  .enum(['0', '1', ''])
  .default('0')
  .transform((value) => value === '1');

const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
  HOST: z.string().default('127.0.0.1'),
  LEVIGATE_DATA: z.string().default('.levigate'),
  LEVIGATE_LOG: z.enum(['debug', 'info', 'warning', 'error']).default('warning'),
  LEVIGATE_API_KEY: z.string().regex(/^\S+$/, 'must not hold white space').optional(),
  LEVIGATE_ALLOW_PRIVATE_WEBHOOKS: flag,
  LEVIGATE_WORKER_TOKEN: z.string().min(32, 'must be at least 32 characters').optional(),
  LEVIGATE_EMBEDDED_WORKER: z
    .enum(['0', '1'])
    .default('1')
    .transform((value) => value === '1'),
  LEVIGATE_LEASE_MS: z.coerce.number().int().min(1_000).max(600_000).default(30_000),
  LEVIGATE_PREDICT_TIMEOUT_MS: z.coerce.number().int().min(100).max(600_000).default(60_000),
  LEVIGATE_CATALOGUE: z.string().optional(),
  LEVIGATE_TEI_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  LEVIGATE_TEI_MODEL: z.string().min(1).default(DEFAULT_BACKBONE),
  LEVIGATE_DEFAULT_BACKBONE: z.string().default(DEFAULT_BACKBONE),
});

/** The gateway process's settings on one machine. */
export interface NodeConfig {
  readonly port: number;
  readonly host: string;
  readonly dataFolder: string;
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error';
  readonly apiKey: string | undefined;
  readonly allowPrivateWebhooks: boolean;
  /** Given to workers elsewhere; the embedded worker gets one of its own at every start. */
  readonly workerToken: string | undefined;
  readonly embeddedWorker: boolean;
  readonly embeddedWorkerToken: string;
  readonly leaseDurationMs: number;
  readonly predictTimeoutMs: number;
  /** A second port that speaks Text Embeddings Inference alone, for one model; null: none. */
  readonly tei: { readonly port: number; readonly model: string } | null;
  /** OpenTelemetry's own variables. */
  readonly tracing: Readonly<Record<string, string | undefined>>;
  /** The built-in ones and those of LEVIGATE_CATALOGUE. */
  readonly backbones: Readonly<Record<string, BackboneInfo>>;
  /** What OpenAI's models stand for in requests. */
  readonly defaultBackbone: string;
}

/** @throws Error with one line per wrong variable */
export function parseNodeConfig(env: Readonly<Record<string, string | undefined>>): NodeConfig {
  // An empty variable is how compose files and shells say "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the environment is not valid:\n  ${lines.join('\n  ')}`);
  }
  const values = parsed.data;
  const backbones = knownBackbones(readCatalogue(values.LEVIGATE_CATALOGUE));
  return {
    port: values.PORT,
    host: values.HOST,
    dataFolder: resolve(values.LEVIGATE_DATA),
    logLevel: values.LEVIGATE_LOG,
    apiKey: values.LEVIGATE_API_KEY,
    allowPrivateWebhooks: values.LEVIGATE_ALLOW_PRIVATE_WEBHOOKS,
    workerToken: values.LEVIGATE_WORKER_TOKEN,
    embeddedWorker: values.LEVIGATE_EMBEDDED_WORKER,
    embeddedWorkerToken: randomBytes(32).toString('base64url'),
    leaseDurationMs: values.LEVIGATE_LEASE_MS,
    predictTimeoutMs: values.LEVIGATE_PREDICT_TIMEOUT_MS,
    tei:
      values.LEVIGATE_TEI_PORT === undefined
        ? null
        : { port: values.LEVIGATE_TEI_PORT, model: values.LEVIGATE_TEI_MODEL },
    tracing: Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('OTEL_'))),
    backbones,
    defaultBackbone: requireKnownBackbone(backbones, values.LEVIGATE_DEFAULT_BACKBONE),
  };
}

function readCatalogue(file: string | undefined): readonly CatalogueEntry[] {
  return file ? parseCatalogue(readFileSync(file, 'utf8'), file) : [];
}

export const workerTokenHashes = (config: NodeConfig): string[] =>
  [config.workerToken, config.embeddedWorkerToken]
    .filter((token) => token !== undefined)
    .map((token) => createHash('sha256').update(token).digest('hex'));
