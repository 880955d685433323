import { pruneReplicatePredictions } from '../../store/queries/replicate-predictions.ts';
import { prunePassingEndpoints } from '../../store/queries/webhook-endpoints.ts';
import type { Services } from '../ports.ts';

const PREDICTIONS_KEPT_MS = 3_600_000;
/** As long as the events that they are told of. */
const ENDPOINTS_KEPT_MS = 30 * 24 * 3_600_000;

/** Forgets predictions after an hour, as Replicate does, and whom single ends were told to after a month. */
export async function pruneReplicate({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  await pruneReplicatePredictions(db, clock.nowMs() - PREDICTIONS_KEPT_MS);
  await prunePassingEndpoints(db, clock.nowMs() - ENDPOINTS_KEPT_MS);
}
