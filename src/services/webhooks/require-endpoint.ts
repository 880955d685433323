import { LevigateError } from '../../contract/index.ts';
import { findWebhookEndpoint } from '../../store/queries/webhook-endpoints.ts';
import type { WebhookEndpointRow } from '../../store/queries/webhook-endpoints.ts';
import type { Context } from '../context.ts';

/** The caller's endpoint; one that is missing or another project's is the same `webhook_endpoint_not_found`. */
export async function requireEndpoint({ services, actor }: Context, id: string): Promise<WebhookEndpointRow> {
  const row = await findWebhookEndpoint(services.db, { id, projectId: actor.projectId });
  if (row) return row;
  throw endpointNotFound(id);
}

export const endpointNotFound = (id: string): LevigateError =>
  new LevigateError(
    'webhook_endpoint_not_found',
    `there is no webhook endpoint "${id}" in this project: list the endpoints to see their ids`,
    { param: 'webhook_endpoint_id' },
  );
