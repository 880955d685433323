import type { RotateWebhookSecret, WebhookEndpointWithSecret } from '../../contract/index.ts';
import { rotateWebhookEndpointSecret } from '../../store/queries/webhook-endpoints.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { RETENTION_MS } from '../retention.ts';
import { endpointNotFound } from './require-endpoint.ts';
import { createSigningSecret } from './signing.ts';
import { toWebhookEndpoint } from './to-wire.ts';

/**
 * The old secret signs beside the new one for a day, so that a receiver can change over without losing a delivery.
 * That costs nothing when the old one leaked: a receiver that holds the new one accepts no other.
 */
export async function rotateWebhookSecret(
  ctx: Context,
  id: string,
  { keep_old_secret_active_for_24_hours: isOldKept = true }: RotateWebhookSecret,
): Promise<WebhookEndpointWithSecret> {
  requireScope(ctx, 'webhooks:write');
  const { services, actor } = ctx;
  const row = await rotateWebhookEndpointSecret(
    services.db,
    { id, projectId: actor.projectId },
    {
      secret: createSigningSecret(),
      previousSecretExpiresMs: isOldKept ? services.clock.nowMs() + RETENTION_MS.previousSigningSecret : null,
    },
  );
  if (!row) throw endpointNotFound(id);
  return { ...toWebhookEndpoint(row), signing_secret: row.secret };
}
