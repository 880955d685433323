import { pruneReplicatePredictions } from '../../store/queries/replicate-predictions.ts';
import { prunePassingEndpoints } from '../../store/queries/webhook-endpoints.ts';
import type { Services } from '../ports.ts';
import { RETENTION_MS } from '../retention.ts';

/** Forgets predictions, and whom single ends were told to: these with the events that they are told of. */
export async function pruneReplicate({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  await pruneReplicatePredictions(db, clock.nowMs() - RETENTION_MS.replicatePrediction);
  await prunePassingEndpoints(db, clock.nowMs() - RETENTION_MS.webhookEvent);
}
