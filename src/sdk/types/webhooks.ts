export type EventType =
  | 'fine_tuning.job.succeeded'
  | 'fine_tuning.job.failed'
  | 'fine_tuning.job.cancelled'
  | 'batch.completed'
  | 'batch.failed'
  | 'batch.expired'
  | 'batch.cancelled'
  | 'model.drift.detected'
  | 'prediction.completed'
  | 'webhook.test';

export interface WebhookEvent {
  id: string;
  object: 'event';
  created_at: number;
  timestamp: string;
  type: EventType;
  data: { id: string; [key: string]: unknown };
}

export interface WebhookEndpoint {
  id: string;
  object: 'webhook_endpoint';
  created_at: number;
  url: string;
  name: string | null;
  event_types: EventType[];
  signing_secret_hint: string;
  status: 'enabled' | 'disabled';
  disabled_reason: string | null;
}

export interface CreateWebhookEndpointParams {
  url: string;
  name?: string | undefined;
  /** All but `webhook.test` when absent. */
  event_types?: EventType[] | undefined;
}

export interface UpdateWebhookEndpointParams {
  url?: string | undefined;
  name?: string | undefined;
  event_types?: EventType[] | undefined;
  /** `enabled` after mending a receiver that was given up. */
  status?: 'enabled' | 'disabled' | undefined;
}

export interface TestWebhookEndpointParams {
  /** Of the sample event; `webhook.test` when absent. */
  event_type?: EventType | undefined;
}

/** What came of a test; the same stands in the delivery log. */
export interface WebhookTestResult {
  object: 'webhook_endpoint.test';
  webhook_endpoint_id: string;
  event_type: EventType;
  delivery_id: string;
  /** Whether the receiver accepted it: a status of 2xx. */
  success: boolean;
  /** null when there was no answer. */
  status_code: number | null;
  error: string | null;
}

export interface WebhookDelivery {
  id: string;
  object: 'webhook_delivery';
  endpoint_id: string;
  event_id: string;
  event_type: EventType;
  status: 'pending' | 'delivered' | 'failed';
  attempts: number;
  next_attempt_at: number | null;
  last_attempt_at: number | null;
  response_status: number | null;
  error: string | null;
  created_at: number;
}
