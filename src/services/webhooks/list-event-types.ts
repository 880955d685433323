import { EVENT_TYPES } from '../../contract/index.ts';
import type { WebhookEventTypes } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';

/** What an endpoint can ask for. */
export function listWebhookEventTypes(ctx: Context): WebhookEventTypes {
  requireScope(ctx, 'webhooks:read');
  return { object: 'list', data: [...EVENT_TYPES] };
}
