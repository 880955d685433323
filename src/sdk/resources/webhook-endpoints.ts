import { fetchPage } from '../page.ts';
import type { Page } from '../page.ts';
import type { ApiRequest, RequestOptions, Send } from '../request.ts';
import type {
  CreateWebhookEndpointParams,
  PageParams,
  TestWebhookEndpointParams,
  UpdateWebhookEndpointParams,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookTestResult,
} from '../types.ts';

export interface WebhookEndpoints {
  /** The signing secret is in this answer alone. */
  create(
    params: CreateWebhookEndpointParams,
    options?: RequestOptions,
  ): Promise<WebhookEndpoint & { signing_secret: string }>;
  list(params?: PageParams, options?: RequestOptions): Promise<Page<WebhookEndpoint>>;
  retrieve(id: string, options?: RequestOptions): Promise<WebhookEndpoint>;
  /** Changes what is given; `status: 'enabled'` enables it again. What is pending goes to the new URL. */
  update(id: string, params: UpdateWebhookEndpointParams, options?: RequestOptions): Promise<WebhookEndpoint>;
  delete(id: string, options?: RequestOptions): Promise<{ id: string; deleted: boolean }>;
  rotateSecret(id: string, options?: RequestOptions): Promise<WebhookEndpoint & { signing_secret: string }>;
  /** Sends a sample event to this endpoint, once, and tells what its server answered. */
  test(id: string, params?: TestWebhookEndpointParams, options?: RequestOptions): Promise<WebhookTestResult>;
  deliveries(id: string, params?: PageParams, options?: RequestOptions): Promise<Page<WebhookDelivery>>;
  /** Sends the same event again, under the same webhook-id. */
  replay(id: string, deliveryId: string, options?: RequestOptions): Promise<WebhookDelivery>;
}

const endpointPath = (id: string, rest = ''): string => `/webhook_endpoints/${encodeURIComponent(id)}${rest}`;

export function createWebhookEndpoints(send: Send): WebhookEndpoints {
  const ask = async <Result>(method: ApiRequest['method'], path: string, options: RequestOptions, json?: unknown) => {
    const response = await send({ method, path, json, signal: options.signal });
    return (await response.json()) as Result;
  };
  return {
    create: (params, options = {}) => ask('POST', '/webhook_endpoints', options, params),
    list: (params = {}, options = {}) => fetchPage<WebhookEndpoint>(send, '/webhook_endpoints', params, options),
    retrieve: (id, options = {}) => ask('GET', endpointPath(id), options),
    update: (id, params, options = {}) => ask('POST', endpointPath(id), options, params),
    delete: (id, options = {}) => ask('DELETE', endpointPath(id), options),
    rotateSecret: (id, options = {}) => ask('POST', endpointPath(id, '/rotate_secret'), options),
    test: (id, params = {}, options = {}) => ask('POST', endpointPath(id, '/test'), options, params),
    deliveries: (id, params = {}, options = {}) =>
      fetchPage<WebhookDelivery>(send, endpointPath(id, '/deliveries'), params, options),
    replay: (id, deliveryId, options = {}) =>
      ask('POST', endpointPath(id, `/deliveries/${encodeURIComponent(deliveryId)}/replay`), options),
  };
}
