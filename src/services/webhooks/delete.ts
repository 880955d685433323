import { deleteWebhookEndpoint as deleteEndpoint } from '../../store/queries/webhook-endpoints.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { endpointNotFound } from './require-endpoint.ts';

/** Its deliveries and their log go with it. */
export async function deleteWebhookEndpoint(ctx: Context, id: string): Promise<void> {
  requireScope(ctx, 'webhooks:write');
  const isDeleted = await deleteEndpoint(ctx.services.db, { id, projectId: ctx.actor.projectId });
  if (!isDeleted) throw endpointNotFound(id);
}
