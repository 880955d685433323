import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { DEFAULT_BACKBONE, flag, parseCatalogue, parseEnvironment, workerToken } from '../../contract/index.ts';
import type { CatalogueEntry, Variables } from '../../contract/index.ts';
import type { Settings } from '../../services/ports.ts';
import { pickTracingVariables } from '../../telemetry/tracing-settings.ts';
import type { TracingVariables } from '../../telemetry/tracing-settings.ts';
import { SETTINGS_VARIABLES, toSettings } from '../neutral/settings.ts';

const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
  HOST: z.string().default('127.0.0.1'),
  LEVIGATE_DATA: z.string().default('.levigate'),
  LEVIGATE_LOG: z.enum(['debug', 'info', 'warning', 'error']).default('warning'),
  LEVIGATE_API_KEY: z.string().regex(/^\S+$/, 'must not hold white space').optional(),
  LEVIGATE_ALLOW_PRIVATE_WEBHOOKS: flag('0'),
  /** For workers elsewhere; the embedded worker gets one of its own at every start. */
  LEVIGATE_WORKER_TOKEN: workerToken.optional(),
  LEVIGATE_EMBEDDED_WORKER: flag('1'),
  LEVIGATE_CATALOGUE: z.string().optional(),
  LEVIGATE_TEI_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  LEVIGATE_TEI_MODEL: z.string().min(1).default(DEFAULT_BACKBONE),
  ...SETTINGS_VARIABLES,
});

/** The gateway process's settings on one machine. */
export interface NodeConfig {
  readonly port: number;
  readonly host: string;
  readonly dataFolder: string;
  readonly logLevel: 'debug' | 'info' | 'warning' | 'error';
  readonly apiKey: string | undefined;
  readonly allowPrivateWebhooks: boolean;
  readonly embeddedWorker: boolean;
  readonly embeddedWorkerToken: string;
  /** A second port that speaks Text Embeddings Inference alone, for one model; null: none. */
  readonly tei: { readonly port: number; readonly model: string } | null;
  /** OpenTelemetry's own variables. */
  readonly tracing: TracingVariables;
  readonly settings: Settings;
}

/** @throws Error with one line per wrong variable */
export function parseNodeConfig(env: Variables): NodeConfig {
  const values = parseEnvironment(Environment, env);
  const embeddedWorkerToken = randomBytes(32).toString('base64url');
  return {
    port: values.PORT,
    host: values.HOST,
    dataFolder: resolve(values.LEVIGATE_DATA),
    logLevel: values.LEVIGATE_LOG,
    apiKey: values.LEVIGATE_API_KEY,
    allowPrivateWebhooks: values.LEVIGATE_ALLOW_PRIVATE_WEBHOOKS,
    embeddedWorker: values.LEVIGATE_EMBEDDED_WORKER,
    embeddedWorkerToken,
    tei:
      values.LEVIGATE_TEI_PORT === undefined
        ? null
        : { port: values.LEVIGATE_TEI_PORT, model: values.LEVIGATE_TEI_MODEL },
    tracing: pickTracingVariables(env),
    settings: toSettings(values, {
      workerTokens: [values.LEVIGATE_WORKER_TOKEN, embeddedWorkerToken],
      catalogue: readCatalogue(values.LEVIGATE_CATALOGUE),
      maxBodyBytes: null,
    }),
  };
}

function readCatalogue(file: string | undefined): readonly CatalogueEntry[] {
  return file ? parseCatalogue(readFileSync(file, 'utf8'), file) : [];
}
