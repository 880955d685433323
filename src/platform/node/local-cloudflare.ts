import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCatalogue } from '../../contract/index.ts';
import type { NodeConfig } from './config.ts';
import type { LocalRuntimeOptions } from './wrangler.ts';

export interface LocalCloudflare extends Pick<NodeConfig, 'host' | 'port'> {
  readonly root: string;
  readonly apiKey: string;
  /** LEVIGATE_CATALOGUE, a file. */
  readonly catalogueFile: string | undefined;
}

/** One machine's settings as a Worker gets them: secrets in a file of their own, for its owner's eyes; the rest as variables. */
export async function prepareLocalCloudflare(
  config: NodeConfig,
  { root, apiKey, catalogueFile, host, port }: LocalCloudflare,
): Promise<LocalRuntimeOptions> {
  const stateFolder = join(config.dataFolder, 'cloudflare');
  await mkdir(stateFolder, { recursive: true });
  const secretsFile = join(stateFolder, 'secrets.env');
  const secrets = {
    LEVIGATE_API_KEY: apiKey,
    LEVIGATE_WORKER_TOKEN: config.embeddedWorkerToken,
  };
  await writeSecrets(secretsFile, secrets);
  const variables = {
    LEVIGATE_WORKER_TOKEN_HASHES: config.settings.workerTokenHashes.join(','),
    LEVIGATE_LEASE_MS: String(config.settings.leaseDurationMs),
    LEVIGATE_PREDICT_TIMEOUT_MS: String(config.settings.predictTimeoutMs),
    LEVIGATE_EXPORT_TIMEOUT_MS: String(config.settings.exportTimeoutMs),
    LEVIGATE_DEFAULT_BACKBONE: config.settings.defaultBackbone,
    ...(catalogueFile ? { LEVIGATE_CATALOGUE: catalogueText(catalogueFile) } : {}),
    LEVIGATE_ALLOW_PRIVATE_WEBHOOKS: config.allowPrivateWebhooks ? '1' : '0',
  };
  return { root, stateFolder, secretsFile, variables, host, port };
}

async function writeSecrets(path: string, secrets: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(secrets).map(([name, value]) => `${name}='${value}'\n`);
  // A file of a former start may be open to more eyes: replaced, never written into.
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, lines.join(''), { mode: 0o600, flag: 'wx' });
  await rename(fresh, path);
}

/** The catalogue itself, on one line. */
function catalogueText(file: string): string {
  const text = readFileSync(file, 'utf8');
  parseCatalogue(text, file);
  return JSON.stringify(JSON.parse(text));
}
