import { join } from 'node:path';
import { openNodeDatabase } from '../../src/platform/node/database.ts';
import { workers } from '../../src/store/schema.ts';
import { createHttpClient } from './http-client.ts';
import type { HttpClient } from './http-client.ts';
import { startStoppable } from './start-stoppable.ts';
import { MIGRATIONS } from './trained-folder.ts';
import type { TrainedFolder } from './trained-folder.ts';

/** `levigate start` from the built bundle, as a user runs it: gateway, worker and device, each a process, on loopback. */
export interface ServingProcess extends AsyncDisposable {
  readonly url: string;
  /** Of the gateway. */
  readonly pid: number;
  /** Of `POST /v1/predict`. */
  createClient(connections: number | null): HttpClient;
}

export interface ServeOptions {
  /** False: every text goes through the backbone, as in the baselines. */
  readonly isCached?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Neither in memory nor on the disk, where an earlier run may have left some. */
export const NO_CACHE = { LEVIGATE_FEATURE_CACHE_MB: '0', LEVIGATE_FEATURE_DISK_MB: '0' };

export async function openServer(
  folder: Pick<TrainedFolder, 'path' | 'apiKey'>,
  { isCached = false, env }: ServeOptions = {},
): Promise<ServingProcess> {
  await forgetWorkers(folder.path);
  const levigate = await startStoppable(folder.path, {
    LEVIGATE_LOG: 'error',
    ...(isCached ? { LEVIGATE_FEATURE_DISK_MB: '0' } : NO_CACHE),
    ...env,
  });
  return {
    url: levigate.url,
    pid: levigate.pid,
    createClient: (connections) =>
      createHttpClient({ url: levigate.url, path: '/v1/predict', token: folder.apiKey, connections }),
    [Symbol.asyncDispose]: () => levigate[Symbol.asyncDispose](),
  };
}

/** Those of the server before look alive for some seconds yet, and would be asked. */
export async function forgetWorkers(path: string): Promise<void> {
  using database = await openNodeDatabase(join(path, 'levigate.db'), MIGRATIONS);
  await database.db.delete(workers);
}
