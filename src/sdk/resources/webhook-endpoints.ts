import { fetchPage } from '../page.ts';
import type { Page } from '../page.ts';
import type { RequestOptions, Send } from '../request.ts';
import type { EventType, PageParams, WebhookDelivery, WebhookEndpoint } from '../types.ts';

export interface WebhookEndpoints {
  /** The signing secret is in this answer alone. */
  create(
    params: { url: string; name?: string; event_types?: EventType[] },
    options?: RequestOptions,
  ): Promise<WebhookEndpoint & { signing_secret: string }>;
  list(params?: PageParams, options?: RequestOptions): Promise<Page<WebhookEndpoint>>;
  delete(id: string, options?: RequestOptions): Promise<{ id: string; deleted: boolean }>;
  rotateSecret(id: string, options?: RequestOptions): Promise<WebhookEndpoint & { signing_secret: string }>;
  /** Sends a `webhook.test` event to this endpoint. */
  test(id: string, options?: RequestOptions): Promise<void>;
  deliveries(id: string, params?: PageParams, options?: RequestOptions): Promise<Page<WebhookDelivery>>;
  /** Sends the same event again, under the same webhook-id. */
  replay(id: string, deliveryId: string, options?: RequestOptions): Promise<WebhookDelivery>;
}

const endpointPath = (id: string, rest = ''): string => `/webhook_endpoints/${encodeURIComponent(id)}${rest}`;

export function createWebhookEndpoints(send: Send): WebhookEndpoints {
  const ask = async <Result>(method: 'POST' | 'DELETE', path: string, options: RequestOptions, json?: unknown) => {
    const response = await send({ method, path, json, signal: options.signal });
    return (await response.json()) as Result;
  };
  return {
    create: (params, options = {}) => ask('POST', '/webhook_endpoints', options, params),
    list: (params = {}, options = {}) => fetchPage<WebhookEndpoint>(send, '/webhook_endpoints', params, options),
    delete: (id, options = {}) => ask('DELETE', endpointPath(id), options),
    rotateSecret: (id, options = {}) => ask('POST', endpointPath(id, '/rotate_secret'), options),
    test: async (id, { signal } = {}) => {
      await send({ method: 'POST', path: endpointPath(id, '/test'), signal });
    },
    deliveries: (id, params = {}, options = {}) =>
      fetchPage<WebhookDelivery>(send, endpointPath(id, '/deliveries'), params, options),
    replay: (id, deliveryId, options = {}) =>
      ask('POST', endpointPath(id, `/deliveries/${encodeURIComponent(deliveryId)}/replay`), options),
  };
}
