import { getLogger } from '@logtape/logtape';
import { claimDeliveries } from '../../store/queries/webhook-deliveries.ts';
import type { ClaimedDelivery } from '../../store/queries/webhook-deliveries.ts';
import type { OutboxServices } from './outbox-services.ts';
import { DELIVERY_LEASE_MS, sendDelivery } from './send-delivery.ts';

const log = getLogger(['levigate', 'webhooks']);

/**
 * Claims due deliveries and begins to send all of them at once. Two gateways never claim the same one; one that dies
 * leaves it due again when the lease is over.
 * @param limit at most 90
 * @returns one promise per delivery, none of which rejects
 */
export async function deliverDueWebhooks(
  services: OutboxServices,
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal | undefined },
): Promise<Promise<void>[]> {
  if (limit <= 0) return [];
  const nowMs = services.clock.nowMs();
  const claimed = await claimDeliveries(services.db, { nowMs, leaseExpiresMs: nowMs + DELIVERY_LEASE_MS, limit });
  return claimed.map((each) => sendOrLeave(services, each, signal));
}

/** What cannot be written down stays claimed, and is sent again when the lease is over. */
async function sendOrLeave(services: OutboxServices, claimed: ClaimedDelivery, signal?: AbortSignal): Promise<void> {
  try {
    await sendDelivery(services, claimed, signal);
  } catch (error) {
    log.error('the outcome of a delivery could not be written', { deliveryId: claimed.delivery.id, error });
  }
}
