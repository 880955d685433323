import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { VERSION } from '../../contract/version.ts';
import type { Clock, Services } from '../../services/ports.ts';
import { createTracerFrom } from '../../telemetry/tracing-settings.ts';
import { openNodeBlobStore } from './blob-store.ts';
import type { NodeConfig } from './config.ts';
import { openNodeDatabase } from './database.ts';
import { createLaterTasks } from './later-tasks.ts';
import { createWebhookSender } from './webhook-sender.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { createWorkerTransport } from './worker-transport.ts';

export interface NodeServices extends AsyncDisposable {
  readonly services: Services;
}

/** SQLite and blobs in the data folder, workers over keep-alive pools. Everything it opens, it closes. */
export async function openNodeServices(
  config: NodeConfig,
  {
    migrationsFolder,
    wakeOutbox,
    wakeBatches,
  }: { readonly migrationsFolder: string } & Pick<Services, 'wakeOutbox' | 'wakeBatches'>,
): Promise<NodeServices> {
  await mkdir(config.dataFolder, { recursive: true });
  const stack = new AsyncDisposableStack();
  const database = stack.use(await openNodeDatabase(join(config.dataFolder, 'levigate.db'), migrationsFolder));
  const workers = stack.use(createWorkerTransport());
  // Closed before the database, which they write to.
  const { runLater } = stack.use(createLaterTasks());
  const clock: Clock = { nowMs: () => Date.now() };
  const services: Services = {
    db: database.db,
    blobs: await openNodeBlobStore(join(config.dataFolder, 'blobs')),
    clock,
    workers,
    limiter: createRateLimiter(clock),
    tracer: createTracerFrom(config.tracing, { serviceName: 'levigate-gateway', version: VERSION, runLater }),
    webhooks: createWebhookSender({ allowPrivate: config.allowPrivateWebhooks }),
    settings: config.settings,
    wakeOutbox,
    // The embedded worker never sleeps.
    wakeWorker: () => {},
    wakeBatches,
    runLater,
  };
  return { services, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
