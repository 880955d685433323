import type { UpdateWebhookEndpoint, WebhookEndpoint } from '../../contract/index.ts';
import {
  disableWebhookEndpoint,
  updateWebhookEndpoint as writeEndpoint,
} from '../../store/queries/webhook-endpoints.ts';
import type { WebhookEndpointChange } from '../../store/queries/webhook-endpoints.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireEndpoint } from './require-endpoint.ts';
import { toWebhookEndpoint } from './to-wire.ts';

/** What is pending goes to the new URL; when the endpoint is disabled, it fails. */
export async function updateWebhookEndpoint(
  ctx: Context,
  id: string,
  input: UpdateWebhookEndpoint,
): Promise<WebhookEndpoint> {
  requireScope(ctx, 'webhooks:write');
  const { services, actor } = ctx;
  if (input.url !== undefined) services.webhooks.assertAllowed(input.url);
  await requireEndpoint(ctx, id);
  const change = toChange(input);
  if (Object.keys(change).length > 0) await writeEndpoint(services.db, { id, projectId: actor.projectId }, change);
  if (input.status === 'disabled') await disableWebhookEndpoint(services.db, { id, reason: 'disabled on request' });
  return toWebhookEndpoint(await requireEndpoint(ctx, id));
}

const toChange = ({ url, name, event_types: eventTypes, status }: UpdateWebhookEndpoint): WebhookEndpointChange => ({
  ...(url === undefined ? {} : { url }),
  ...(name === undefined ? {} : { name }),
  ...(eventTypes === undefined ? {} : { eventTypes: [...new Set(eventTypes)] }),
  ...(status === 'enabled' ? { status, disabledReason: null } : {}),
});
