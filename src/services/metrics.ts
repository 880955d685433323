import { createMetrics, DURATION_BOUNDS } from '../telemetry/metrics.ts';
import type { Counter, Gauge, Histogram, Metrics } from '../telemetry/metrics.ts';
import { perDatabase } from './per-database.ts';

/** What this gateway process counts. Names as text-embeddings-inference has them where they mean the same. */
export interface GatewayMetrics {
  readonly registry: Metrics;
  /** By method, route (as registered, never as asked) and status. */
  readonly httpRequests: Counter;
  readonly httpDuration: Histogram;
  readonly predictRequests: Counter;
  readonly predictSuccess: Counter;
  /** By error code. */
  readonly predictFailure: Counter;
  readonly predictDuration: Histogram;
  readonly predictQueue: Histogram;
  readonly predictTokenization: Histogram;
  readonly predictInference: Histogram;
  readonly predictInputs: Counter;
  readonly predictTokens: Counter;
  readonly predictCachedTokens: Counter;
  /** Sent to another worker since the first was gone, full or failing. */
  readonly retries: Counter;
  /** By which limit. */
  readonly limited: Counter;
  readonly gauges: Readonly<Record<GaugeName, Gauge>>;
}

export type GaugeName = keyof typeof GAUGES;

/** Read from the database when somebody asks for them. */
const GAUGES = {
  te_queue_size: 'Inputs that wait in the workers',
  levigate_queued_tokens: 'Tokens that wait in the workers',
  levigate_in_flight_predictions: 'Predict requests that workers are answering',
  levigate_waiting_predictions: 'Predict requests held until a worker wakes',
  levigate_refused_predictions: 'Predict requests refused in the last minute since no worker was there',
  levigate_workers_alive: 'Workers heard of within three heartbeats',
  levigate_workers_draining: 'Workers among them that take no new requests',
  levigate_queued_jobs: 'Fine-tuning jobs that wait for a worker',
  levigate_running_jobs: 'Fine-tuning jobs that a worker has',
  levigate_oldest_queued_job_age_seconds: 'How long the first job in the queue has waited',
} as const;

export const metricsOf = perDatabase<GatewayMetrics>(() => {
  const registry = createMetrics();
  const counter = (name: string, help: string) => registry.counter({ name, help });
  const duration = (name: string, help: string) => registry.histogram({ name, help, bounds: DURATION_BOUNDS });
  const gauges = Object.entries(GAUGES).map(([name, help]) => [name, registry.gauge({ name, help })]);
  return {
    registry,
    httpRequests: counter('levigate_http_requests_total', 'Requests by method, route and status'),
    httpDuration: duration('levigate_http_request_duration_seconds', 'Until the answer begins, by route'),
    predictRequests: counter('te_request_count', 'Predict requests'),
    predictSuccess: counter('te_request_success', 'Predict requests that were answered'),
    predictFailure: counter('te_request_failure', 'Predict requests that failed, by error code'),
    predictDuration: duration('te_request_duration', 'Seconds of a predict request, everything included'),
    predictQueue: duration('te_request_queue_duration', 'Seconds a predict request waited in a worker'),
    predictTokenization: duration('te_request_tokenization_duration', 'Seconds of tokenization'),
    predictInference: duration('te_request_inference_duration', 'Seconds of backbone and adapters'),
    predictInputs: counter('te_request_input_count', 'Inputs of predict requests'),
    predictTokens: counter('te_request_input_tokens', 'Tokens of their inputs'),
    predictCachedTokens: counter('levigate_request_cached_tokens', 'Tokens among them whose features were cached'),
    retries: counter('levigate_predict_retries_total', 'Predict requests sent to a second worker'),
    limited: counter('levigate_rate_limited_total', 'Requests refused by a limit or quota'),
    // One per name of the table.
    gauges: Object.fromEntries(gauges) as Record<GaugeName, Gauge>,
  };
});
