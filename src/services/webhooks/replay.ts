import { LevigateError } from '../../contract/index.ts';
import type { WebhookDelivery } from '../../contract/index.ts';
import { findDelivery, insertDelivery } from '../../store/queries/webhook-deliveries.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { newDelivery } from './new-delivery.ts';
import { requireEndpoint } from './require-endpoint.ts';
import { toWebhookDelivery } from './to-wire.ts';

/**
 * Sends the same event, under the same webhook-id, once more: as a new delivery, so that the log keeps what was.
 * A disabled endpoint gets it too, as it was asked for by hand.
 */
export async function replayWebhookDelivery(
  ctx: Context,
  endpointId: string,
  deliveryId: string,
): Promise<WebhookDelivery> {
  requireScope(ctx, 'webhooks:write');
  const { services } = ctx;
  await requireEndpoint(ctx, endpointId);
  const former = await findDelivery(services.db, { id: deliveryId, endpointId });
  if (!former) {
    throw new LevigateError(
      'not_found',
      `there is no delivery "${deliveryId}" to this endpoint: list its deliveries to see their ids`,
      { param: 'delivery_id' },
    );
  }
  const replay = newDelivery(former, services.clock.nowMs());
  await insertDelivery(services.db, replay);
  services.wakeOutbox();
  return toWebhookDelivery(replay);
}
