import { createId, EVENT_TYPES, LevigateError, LIMITS } from '../../contract/index.ts';
import type { CreateWebhookEndpoint, EventType, WebhookEndpointWithSecret } from '../../contract/index.ts';
import { insertWebhookEndpoint } from '../../store/queries/webhook-endpoints.ts';
import type { WebhookEndpointRow } from '../../store/queries/webhook-endpoints.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { createSigningSecret } from './signing.ts';
import { toWebhookEndpoint } from './to-wire.ts';

/** Those that say something of a project, whoever made it happen. */
const ALL_EVENTS: readonly EventType[] = EVENT_TYPES.filter(
  (type) => type !== 'webhook.test' && type !== 'prediction.completed',
);

/** The signing secret is in this answer, and in that of a rotation, only. */
export async function createWebhookEndpoint(
  ctx: Context,
  input: CreateWebhookEndpoint,
): Promise<WebhookEndpointWithSecret> {
  requireScope(ctx, 'webhooks:write');
  const { services, actor } = ctx;
  services.webhooks.assertAllowed(input.url);
  const nowMs = services.clock.nowMs();
  const row: WebhookEndpointRow = {
    id: createId('webhookEndpoint', nowMs),
    projectId: actor.projectId,
    url: input.url,
    name: input.name ?? null,
    eventTypes: [...new Set(input.event_types ?? ALL_EVENTS)],
    secret: createSigningSecret(),
    previousSecret: null,
    previousSecretExpiresMs: null,
    status: 'enabled',
    disabledReason: null,
    createdMs: nowMs,
    subjectId: null,
    shape: null,
  };
  const isInserted = await insertWebhookEndpoint(services.db, row, { maxPerProject: LIMITS.webhookEndpoints });
  if (isInserted) return { ...toWebhookEndpoint(row), signing_secret: row.secret };
  throw new LevigateError(
    'limit_reached',
    `this project has ${LIMITS.webhookEndpoints} webhook endpoints, which is the limit: delete one that is not needed`,
  );
}
