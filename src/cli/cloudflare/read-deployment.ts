import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { toDeployment } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { WranglerConfig } from './wrangler-config.ts';

/**
 * What a wrangler.toml says of one environment.
 * @param environment may be left out where the file has none: its top level is meant
 * @throws Error that names the file, and the environments there are when this is none
 */
export async function readDeployment(path: string, environment?: string | null): Promise<Deployment> {
  const config = WranglerConfig.safeParse(parseToml(await readText(path), path));
  if (!config.success) throw new Error(`${path} is not as wrangler wants it:\n${z.prettifyError(config.error)}`);
  const { env, ...topLevel } = config.data;
  const known = Object.keys(env).join(', ');
  // The top level beside environments is what `wrangler dev` runs on this machine.
  if (!environment && known !== '') throw new Error(`say which deployment is meant with --env: ${known}`);
  const chosen = environment ? env[environment] : topLevel;
  if (!chosen) throw new Error(`${path} has no environment "${environment}". There are: ${known || 'none'}`);
  return toDeployment({
    path,
    folder: dirname(resolve(path)),
    environment: environment || null,
    config: chosen,
    topLevel,
  });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`cannot read ${path}: is the path right?`, { cause: error });
  }
}

function parseToml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${path} is no TOML: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
