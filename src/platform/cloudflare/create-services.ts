import { drizzle } from 'drizzle-orm/d1';
import * as schema from '../../store/schema.ts';
import type { Services } from '../../services/ports.ts';
import { createR2BlobStore } from './blob-store.ts';
import { parseSettings } from './environment.ts';
import type { CloudflareEnvironment } from './environment.ts';
import { fetchWebhookSender } from './webhook-sender.ts';
import { fetchWorkerTransport } from './worker-transport.ts';

/** D1, R2 and fetch behind the ports. */
export const createCloudflareServices = (
  env: CloudflareEnvironment,
  { wakeOutbox, runLater }: Pick<Services, 'wakeOutbox' | 'runLater'>,
): Services => ({
  db: drizzle(env.DB, { schema }),
  blobs: createR2BlobStore(env.BLOBS),
  clock: { nowMs: () => Date.now() },
  workers: fetchWorkerTransport,
  webhooks: fetchWebhookSender,
  settings: parseSettings(env),
  wakeOutbox,
  runLater,
});
