import { z } from '@hono/zod-openapi';

export const WebhookEndpointParams = z.object({ webhook_endpoint_id: z.string() });
export const DeliveryParams = WebhookEndpointParams.extend({ delivery_id: z.string() });
