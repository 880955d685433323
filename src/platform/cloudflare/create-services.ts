import { drizzle } from 'drizzle-orm/d1';
import * as schema from '../../store/schema.ts';
import { VERSION } from '../../contract/version.ts';
import type { Services } from '../../services/ports.ts';
import { createTracerFrom } from '../../telemetry/tracing-settings.ts';
import { runOutbox } from '../../services/webhooks/run-outbox.ts';
import { createR2BlobStore } from './blob-store.ts';
import { createDurableLimiter } from './durable-limiter.ts';
import { createContainers } from './containers.ts';
import { parseCloudflareConfig } from './environment.ts';
import type { CloudflareEnvironment } from './environment.ts';
import { createOutboxClock } from './outbox-clock.ts';
import type { OutboxClock } from './outbox-clock.ts';
import { createPresignedUrls } from './presigned-urls.ts';
import { runAfter } from './run-after.ts';
import { createFetchWebhookSender } from './webhook-sender.ts';
import { createFetchTransport } from './worker-transport.ts';

export interface CloudflareServices {
  readonly services: Services;
  readonly outbox: OutboxClock;
}

export interface WorkAfterwards {
  /** Keeps the isolate for what goes on after an answer. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly workOnBatches: (services: Services) => Promise<unknown>;
}

/** D1, R2, Queues, containers and fetch behind the ports. */
export function createCloudflareServices(
  env: CloudflareEnvironment,
  { waitUntil, workOnBatches }: WorkAfterwards,
): CloudflareServices {
  const db = drizzle(env.DB, { schema });
  const clock = { nowMs: () => Date.now() };
  const { settings, bucketAccess, ...config } = parseCloudflareConfig(env);
  const containers = createContainers(env.WORKERS, config.containers);
  const outbox = createOutboxClock({ queue: env.OUTBOX, db, clock, run: () => runOutbox(services) });
  const runLater: Services['runLater'] = (delayMs, task) => waitUntil(runAfter(delayMs, task));
  const services: Services = {
    db,
    blobs: createR2BlobStore(env.BLOBS, bucketAccess && createPresignedUrls(bucketAccess)),
    clock,
    workers: createFetchTransport((request) => containers.fetch(request)),
    webhooks: createFetchWebhookSender({ allowPrivate: config.allowPrivateWebhooks }),
    limiter: createDurableLimiter(env.LIMITER),
    tracer: createTracerFrom(env, { serviceName: 'levigate-gateway', version: VERSION, runLater }),
    settings,
    wakeOutbox: () => waitUntil(outbox.wake()),
    wakeBatches: () => waitUntil(workOnBatches(services)),
    wakeWorker: (key) => waitUntil(containers.wake(key)),
    runLater,
  };
  return { services, outbox };
}
