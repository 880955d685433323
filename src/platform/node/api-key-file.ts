import { readFile, writeFile } from 'node:fs/promises';

/** The default project's key as this machine keeps it; null before the first start. */
export async function readApiKeyFile(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Readable by its owner alone; fails rather than replacing a key that is there. */
export const writeApiKeyFile = (path: string, secret: string): Promise<void> =>
  writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx' });
