import { createId } from '../../contract/index.ts';
import type { EventType, ReplicateWebhook } from '../../contract/index.ts';
import type { WebhookEndpointRow } from '../../store/queries/webhook-endpoints.ts';
import type { Context } from '../context.ts';
import { replicateSecretOf } from './webhook-secret.ts';

const ENDS: EventType[] = [
  'fine_tuning.job.succeeded',
  'fine_tuning.job.failed',
  'fine_tuning.job.cancelled',
  'prediction.completed',
];

/** An endpoint for the end of one prediction or training, never listed. @returns null where the caller did not ask for the end */
export function passingEndpoint(
  ctx: Context,
  {
    url,
    subjectId,
    filter = ['completed'],
  }: { readonly url: string; readonly subjectId: string; readonly filter?: ReplicateWebhook['webhook_events_filter'] },
): WebhookEndpointRow | null {
  const { services, actor } = ctx;
  services.webhooks.assertAllowed(url);
  if (!filter.includes('completed')) return null;
  const nowMs = services.clock.nowMs();
  return {
    id: createId('webhookEndpoint', nowMs),
    projectId: actor.projectId,
    url,
    name: null,
    eventTypes: ENDS,
    secret: replicateSecretOf(actor.project.cacheSalt),
    previousSecret: null,
    previousSecretExpiresMs: null,
    status: 'enabled',
    disabledReason: null,
    createdMs: nowMs,
    subjectId,
    shape: 'replicate',
  };
}
