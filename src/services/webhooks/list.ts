import type { Page, PageQuery, WebhookEndpoint } from '../../contract/index.ts';
import { listWebhookEndpoints as selectEndpoints } from '../../store/queries/webhook-endpoints.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { readPage } from '../read-page.ts';
import { toWebhookEndpoint } from './to-wire.ts';

/** Newest first. */
export async function listWebhookEndpoints(ctx: Context, query: PageQuery): Promise<Page<WebhookEndpoint>> {
  requireScope(ctx, 'webhooks:read');
  const { services, actor } = ctx;
  return readPage(query, {
    read: (asked) => selectEndpoints(services.db, { ...asked, projectId: actor.projectId }),
    toItem: toWebhookEndpoint,
  });
}
