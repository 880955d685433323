import { parseNodeConfig } from '../../../src/platform/node/config.ts';
import { prepareLocalCloudflare } from '../../../src/platform/node/local-cloudflare.ts';
import { migrateLocalDatabase, startLocalRuntime } from '../../../src/platform/node/wrangler.ts';
import { Levigate } from '../../../src/sdk/index.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;
const API_KEY = 'a-secret-of-the-operator-for-these-tests';
export const WORKER_TOKEN = 'a-token-of-thirty-two-characters-at-least';

export interface LocalRequest extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LocalCloudflare extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly client: Levigate;
  /** A request with the key. */
  readonly request: (path: string, init?: LocalRequest) => Promise<Response>;
  /** Runs the cron handler, as every minute does unless told. */
  ring(cron?: string): Promise<void>;
  /** SIGKILL to wrangler, workerd and whatever else they have started. */
  kill(): Promise<void>;
}

/** The gateway in workerd, alone: its state is in the folder, and another one may go on from there. */
export async function startLocalCloudflare(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<LocalCloudflare> {
  const config = parseNodeConfig({
    PORT: '0',
    LEVIGATE_DATA: folder,
    LEVIGATE_ALLOW_PRIVATE_WEBHOOKS: '1',
    LEVIGATE_WORKER_TOKEN: WORKER_TOKEN,
    ...env,
  });
  const options = await prepareLocalCloudflare(config, {
    root: ROOT,
    apiKey: API_KEY,
    catalogueFile: env['LEVIGATE_CATALOGUE'],
    host: config.host,
    port: config.port,
  });
  await migrateLocalDatabase(options);
  const runtime = await startLocalRuntime(options);
  const { url } = runtime;
  return {
    url,
    port: Number(new URL(url).port),
    client: new Levigate({ apiKey: API_KEY, baseUrl: `${url}/v1` }),
    request: (path, init = {}) =>
      fetch(new URL(path, url), { ...init, headers: { ...init.headers, authorization: `Bearer ${API_KEY}` } }),
    ring: async (cron = '* * * * *') => {
      const answer = await fetch(new URL(`/cdn-cgi/handler/scheduled?cron=${encodeURIComponent(cron)}`, url));
      if (!answer.ok) throw new Error(`the cron handler answered ${answer.status}: ${await answer.text()}`);
    },
    kill: async () => {
      if (runtime.pid === undefined) throw new Error('the runtime never had a process');
      process.kill(-runtime.pid, 'SIGKILL');
      await runtime.ended;
    },
    [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
  };
}
