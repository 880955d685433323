import { dirname, join } from 'node:path';
import { HOUR_MS } from '../src/contract/durations.ts';
import { parseNodeConfig } from '../src/platform/node/config.ts';
import { startEmbeddedWorker } from '../src/platform/node/embedded-worker.ts';
import { startIntervalTask } from '../src/platform/node/interval-task.ts';
import { prepareLocalCloudflare } from '../src/platform/node/local-cloudflare.ts';
import { configureLogging } from '../src/platform/node/logging.ts';
import { keepApiKey } from '../src/platform/node/provide-api-key.ts';
import { untilHealthy } from '../src/platform/node/until-healthy.ts';
import { migrateLocalDatabase, startLocalRuntime } from '../src/platform/node/wrangler.ts';

/** The repository's root, from the built dist/. */
const ROOT = dirname(import.meta.dirname);
/** As in wrangler.toml. Locally no cron fires by itself, so this process rings it, as often as leases want to be swept. */
const EVERY_MINUTE = '* * * * *';
const EVERY_HOUR = '17 * * * *';

export interface LocalCloudflareServer extends AsyncDisposable {
  /** Resolves when the runtime has ended, whoever ended it. */
  readonly ended: Promise<void>;
}

/**
 * The gateway as Cloudflare runs it, on this machine and without a network: functions/cloudflare.ts in workerd, D1, R2
 * and Queues in the data folder, and a worker process that is registered with it. Takes what startNode takes.
 */
export async function startLocalCloudflare(env: NodeJS.ProcessEnv): Promise<LocalCloudflareServer> {
  const config = parseNodeConfig(env);
  await configureLogging(config.logLevel);
  const stack = new AsyncDisposableStack();
  const { apiKey, isNew } = await keepApiKey(config);
  if (isNew) print(`API key, shown this once and kept in ${join(config.dataFolder, 'api-key')}:\n${apiKey}`);
  const options = await prepareLocalCloudflare(config, {
    root: ROOT,
    apiKey,
    catalogueFile: env['LEVIGATE_CATALOGUE'],
    host: config.host,
    port: config.port,
  });
  await migrateLocalDatabase(options);
  const { url, ended } = stack.use(await startLocalRuntime(options));
  const ring = (cron: string) => async (signal: AbortSignal) => {
    const path = `/cdn-cgi/handler/scheduled?cron=${encodeURIComponent(cron)}`;
    const response = await fetch(new URL(path, url), { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (response?.ok === false)
      throw new Error(`the cron handler answered ${response.status}: ${await response.text()}`);
  };
  stack.use(startIntervalTask('cron', Math.min(config.settings.leaseDurationMs / 6, 60_000), ring(EVERY_MINUTE)));
  stack.use(startIntervalTask('upkeep', HOUR_MS, ring(EVERY_HOUR))).wake();
  if (config.embeddedWorker) {
    const script = join(ROOT, 'gpu-worker/dist/main.mjs');
    const workerEnv = { ...env, LEVIGATE_LOG: config.logLevel };
    stack.use(
      startEmbeddedWorker({ script, gatewayUrl: url, workerToken: config.embeddedWorkerToken, env: workerEnv }),
    );
  }
  const stopping = stack.adopt(new AbortController(), (controller) => controller.abort());
  void untilHealthy(url, stopping.signal).then((isHealthy) => isHealthy && print(`ready ${url}`));
  return { ended, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
