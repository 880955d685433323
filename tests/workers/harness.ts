import { createTestHarness } from 'wrangler';
import type { CloudflareEnvironment } from '../../src/platform/cloudflare/environment.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

// Nothing here needs the network.
process.env['WRANGLER_SEND_METRICS'] = 'false';
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] = 'false';

export interface Worker extends AsyncDisposable {
  readonly url: URL;
  readonly env: CloudflareEnvironment;
  /** Runs the cron handler, as every minute does unless told. */
  tick(cron?: string): Promise<void>;
}

/** The Worker of wrangler.toml in workerd on this machine, with an empty, migrated D1 and an empty R2. */
export async function startWorker(secrets: Readonly<Record<string, string>> = {}): Promise<Worker> {
  const harness = createTestHarness({
    root: ROOT,
    workers: [{ configPath: 'wrangler.toml', secrets: { ...secrets } }],
  });
  const { url } = await harness.listen();
  const worker = harness.getWorker<CloudflareEnvironment>();
  await worker.applyD1Migrations('DB');
  return {
    url,
    env: await worker.getEnv(),
    async tick(cron = '* * * * *') {
      const { outcome } = await worker.scheduled({ cron, scheduledTime: new Date() });
      if (outcome !== 'ok') throw new Error(`the cron handler ended with ${outcome}`);
    },
    [Symbol.asyncDispose]: () => harness.close(),
  };
}
