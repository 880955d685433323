import { fetchPage } from '../page.ts';
import type { PageParams, PagePromise } from '../page.ts';
import { ask } from '../request.ts';
import type { RequestOptions, Send } from '../request.ts';
import type {
  CreateWebhookEndpointParams,
  TestWebhookEndpointParams,
  UpdateWebhookEndpointParams,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookTestResult,
} from '../types/webhooks.ts';

export interface WebhookEndpoints {
  /** The signing secret is in this answer alone. */
  create(
    params: CreateWebhookEndpointParams,
    options?: RequestOptions,
  ): Promise<WebhookEndpoint & { signing_secret: string }>;
  list(params?: PageParams, options?: RequestOptions): PagePromise<WebhookEndpoint>;
  retrieve(id: string, options?: RequestOptions): Promise<WebhookEndpoint>;
  /** Changes what is given; `status: 'enabled'` enables it again. What is pending goes to the new URL. */
  update(id: string, params: UpdateWebhookEndpointParams, options?: RequestOptions): Promise<WebhookEndpoint>;
  delete(id: string, options?: RequestOptions): Promise<{ id: string; deleted: boolean }>;
  rotateSecret(id: string, options?: RequestOptions): Promise<WebhookEndpoint & { signing_secret: string }>;
  /** Sends a sample event to this endpoint, once, and tells what its server answered. */
  test(id: string, params?: TestWebhookEndpointParams, options?: RequestOptions): Promise<WebhookTestResult>;
  deliveries(id: string, params?: PageParams, options?: RequestOptions): PagePromise<WebhookDelivery>;
  /** Sends the same event again, under the same webhook-id. */
  replay(id: string, deliveryId: string, options?: RequestOptions): Promise<WebhookDelivery>;
}

const ENDPOINTS = '/webhook_endpoints';
const pathOf = (id: string, rest = ''): string => `${ENDPOINTS}/${encodeURIComponent(id)}${rest}`;
const replayOf = (deliveryId: string): string => `/deliveries/${encodeURIComponent(deliveryId)}/replay`;

export const createWebhookEndpoints = (send: Send): WebhookEndpoints => ({
  create: (params, options = {}) => ask(send, { method: 'POST', path: ENDPOINTS, json: params, ...options }),
  list: (params = {}, options = {}) => fetchPage<WebhookEndpoint>(send, ENDPOINTS, params, options),
  retrieve: (id, options = {}) => ask(send, { method: 'GET', path: pathOf(id), ...options }),
  update: (id, params, options = {}) => ask(send, { method: 'POST', path: pathOf(id), json: params, ...options }),
  delete: (id, options = {}) => ask(send, { method: 'DELETE', path: pathOf(id), ...options }),
  rotateSecret: (id, options = {}) => ask(send, { method: 'POST', path: pathOf(id, '/rotate_secret'), ...options }),
  test: (id, params = {}, options = {}) =>
    ask(send, { method: 'POST', path: pathOf(id, '/test'), json: params, ...options }),
  deliveries: (id, params = {}, options = {}) =>
    fetchPage<WebhookDelivery>(send, pathOf(id, '/deliveries'), params, options),
  replay: (id, deliveryId, options = {}) =>
    ask(send, { method: 'POST', path: pathOf(id, replayOf(deliveryId)), ...options }),
});
