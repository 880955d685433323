import { deletePredictWaitsEndedBefore } from '../../store/queries/predict-waits.ts';
import type { Services } from '../ports.ts';
import { pruneIdempotencyKeys } from '../idempotency/prune.ts';
import { pruneDeadLetters } from './prune-dead-letters.ts';
import { pruneReplicate } from './prune-replicate.ts';
import { pruneWebhooks } from './prune-webhooks.ts';
import { sweepOrphanBlobs } from './sweep-orphan-blobs.ts';

/** What can wait for an hour. Any number of gateways may run it at once. */
export async function runUpkeep(services: Services): Promise<void> {
  await pruneWebhooks(services);
  await pruneReplicate(services);
  await pruneDeadLetters(services);
  await pruneIdempotencyKeys(services);
  await deletePredictWaitsEndedBefore(services.db, services.clock.nowMs());
  await sweepOrphanBlobs(services);
}
