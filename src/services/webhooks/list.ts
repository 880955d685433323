import { toPage } from '../../contract/index.ts';
import type { Page, PageQuery, WebhookEndpoint } from '../../contract/index.ts';
import { listWebhookEndpoints as selectEndpoints } from '../../store/queries/webhook-endpoints.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { toWebhookEndpoint } from './to-wire.ts';

/** Newest first. */
export async function listWebhookEndpoints(ctx: Context, query: PageQuery): Promise<Page<WebhookEndpoint>> {
  requireScope(ctx, 'webhooks:read');
  const { services, actor } = ctx;
  const rows = await selectEndpoints(services.db, { ...query, projectId: actor.projectId, limit: query.limit + 1 });
  return toPage(rows.slice(0, query.limit).map(toWebhookEndpoint), rows.length > query.limit);
}
