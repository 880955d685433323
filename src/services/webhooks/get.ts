import type { WebhookEndpoint } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireEndpoint } from './require-endpoint.ts';
import { toWebhookEndpoint } from './to-wire.ts';

export async function getWebhookEndpoint(ctx: Context, id: string): Promise<WebhookEndpoint> {
  requireScope(ctx, 'webhooks:read');
  return toWebhookEndpoint(await requireEndpoint(ctx, id));
}
