import type { Page, PageQuery, WebhookDelivery } from '../../contract/index.ts';
import { listDeliveries } from '../../store/queries/webhook-deliveries.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { readPage } from '../read-page.ts';
import { requireEndpoint } from './require-endpoint.ts';
import { toWebhookDelivery } from './to-wire.ts';

/** The delivery log, newest first. */
export async function listWebhookDeliveries(
  ctx: Context,
  endpointId: string,
  query: PageQuery,
): Promise<Page<WebhookDelivery>> {
  requireScope(ctx, 'webhooks:read');
  await requireEndpoint(ctx, endpointId);
  return readPage(query, {
    read: (asked) => listDeliveries(ctx.services.db, { ...asked, endpointId }),
    toItem: toWebhookDelivery,
  });
}
