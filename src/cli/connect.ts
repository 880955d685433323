import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Levigate } from '../sdk/index.ts';

/** A client for the gateway of `--url`, with the key of the environment or of the local data folder. */
export function connect(command: Command): Levigate {
  const { url } = command.optsWithGlobals<{ url: string }>();
  return new Levigate({ apiKey: findApiKey(), baseUrl: `${url}/v1` });
}

export const dataFolder = (): string => process.env['LEVIGATE_DATA'] ?? '.levigate';

/** @throws Error that says where a key was looked for */
export function findApiKey(folder: string = dataFolder()): string {
  const fromEnvironment = process.env['LEVIGATE_API_KEY'];
  if (fromEnvironment) return fromEnvironment;
  const path = join(folder, 'api-key');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new Error(`no API key: set LEVIGATE_API_KEY, or run "levigate start" here, which keeps one in ${path}`, {
      cause: error,
    });
  }
}
