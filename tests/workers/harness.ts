import { createTestHarness } from 'wrangler';
import type { CloudflareEnvironment } from '../../src/platform/cloudflare/environment.ts';

export const ROOT = new URL('../..', import.meta.url).pathname;

// Nothing here needs the network.
process.env['WRANGLER_SEND_METRICS'] = 'false';
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] = 'false';

export interface Worker extends AsyncDisposable {
  readonly url: URL;
  readonly env: CloudflareEnvironment;
  /** Runs the cron handler, as every minute does unless told. */
  tick(cron?: string): Promise<void>;
  /** Hands messages `message-0` and so on to the queue's consumer, as a batch. @returns which of them are to come again */
  queue(name: string, bodies: readonly unknown[]): Promise<{ readonly retried: readonly string[] }>;
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
    async queue(name, bodies) {
      const service = (await worker.getExport()) as unknown as QueueConsumer;
      const messages = bodies.map((body, index) => ({
        id: `message-${index}`,
        timestamp: new Date(),
        attempts: 1,
        body,
      }));
      const { outcome, retryMessages } = await service.queue(name, messages);
      if (outcome !== 'ok') throw new Error(`the queue's consumer ended with ${outcome}`);
      return { retried: retryMessages.map(({ msgId }) => msgId) };
    },
    [Symbol.asyncDispose]: () => harness.close(),
  };
}

/** What the runtime offers of a Worker with a `queue` handler, beyond its published type. */
interface QueueConsumer {
  queue(
    name: string,
    messages: readonly { id: string; timestamp: Date; attempts: number; body: unknown }[],
  ): Promise<{ readonly outcome: string; readonly retryMessages: readonly { readonly msgId: string }[] }>;
}
