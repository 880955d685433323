import { findJob } from '../../store/queries/jobs.ts';
import { findReplicatePrediction } from '../../store/queries/replicate-predictions.ts';
import type { WebhookEndpointRow } from '../../store/queries/webhook-endpoints.ts';
import type { WebhookEventRow } from '../../store/queries/webhook-events.ts';
import type { Services } from '../ports.ts';
import { toTraining } from '../replicate/to-training.ts';

/** The façade's own paths: whoever is told knows where it asked. */
const REPLICATE_BASE = '/replicate/v1';

/** What is sent of an event: as it stands, or the whole prediction or training, as Replicate sends it. */
export async function bodyOf(
  { db }: Pick<Services, 'db'>,
  event: WebhookEventRow,
  { shape }: Pick<WebhookEndpointRow, 'shape'>,
): Promise<string> {
  if (shape !== 'replicate') return JSON.stringify(event.body);
  const { projectId } = event;
  const { id } = event.body.data;
  const prediction = await findReplicatePrediction(db, { id, projectId });
  if (prediction) return JSON.stringify(prediction.body);
  const job = await findJob(db, { id, projectId });
  return JSON.stringify(job ? toTraining(job, REPLICATE_BASE) : event.body);
}
