import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDefaultProject } from '../../services/keys/ensure-default-project.ts';
import { createSecret } from '../../services/keys/secret.ts';
import type { Services } from '../../services/ports.ts';
import { readApiKeyFile, writeApiKeyFile } from './api-key-file.ts';
import type { NodeConfig } from './config.ts';

/**
 * The default project's key: the operator's own, else the one kept in the data folder, else a new one.
 * @returns the new key, to be shown this once; null when there was one
 */
export async function provideApiKey(services: Services, config: NodeConfig): Promise<string | null> {
  const path = join(config.dataFolder, 'api-key');
  const known = config.apiKey ?? (await readApiKeyFile(path));
  const { secret } = await ensureDefaultProject(services, { secret: known ?? undefined });
  if (known !== null) return null;
  await writeApiKeyFile(path, secret);
  return secret;
}

/** The same for a gateway in another process, which is told the key and makes its project. */
export async function keepApiKey(config: NodeConfig): Promise<{ readonly apiKey: string; readonly isNew: boolean }> {
  await mkdir(config.dataFolder, { recursive: true });
  const path = join(config.dataFolder, 'api-key');
  const known = config.apiKey ?? (await readApiKeyFile(path));
  if (known !== null) return { apiKey: known, isNew: false };
  const apiKey = createSecret();
  await writeApiKeyFile(path, apiKey);
  return { apiKey, isNew: true };
}
