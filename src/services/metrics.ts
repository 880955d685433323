import type { QueueStats } from '../contract/index.ts';
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
  /** Read from the database when somebody asks for them. */
  readonly gauges: readonly { readonly gauge: Gauge; readonly of: QueueFigure }[];
}

type QueueFigure = Exclude<keyof QueueStats, 'object'>;

const GAUGES: readonly { readonly name: string; readonly of: QueueFigure; readonly help: string }[] = [
  { name: 'te_queue_size', of: 'queued_inputs', help: 'Inputs that wait in the workers' },
  { name: 'levigate_queued_tokens', of: 'queued_tokens', help: 'Tokens that wait in the workers' },
  {
    name: 'levigate_in_flight_predictions',
    of: 'in_flight_predictions',
    help: 'Predict requests that workers are answering',
  },
  {
    name: 'levigate_waiting_predictions',
    of: 'waiting_predictions',
    help: 'Predict requests held until a worker wakes',
  },
  {
    name: 'levigate_refused_predictions',
    of: 'refused_predictions',
    help: 'Predict requests refused in the last minute since no worker was there',
  },
  { name: 'levigate_workers_alive', of: 'workers_alive', help: 'Workers heard of within three heartbeats' },
  {
    name: 'levigate_workers_draining',
    of: 'workers_draining',
    help: 'Workers among them that take no new requests',
  },
  { name: 'levigate_queued_jobs', of: 'queued_jobs', help: 'Fine-tuning jobs that wait for a worker' },
  { name: 'levigate_running_jobs', of: 'running_jobs', help: 'Fine-tuning jobs that a worker has' },
  {
    name: 'levigate_oldest_queued_job_age_seconds',
    of: 'oldest_queued_job_age_s',
    help: 'How long the first job in the queue has waited',
  },
];

export const metricsOf = perDatabase<GatewayMetrics>(() => {
  const registry = createMetrics();
  const counter = (name: string, help: string) => registry.counter({ name, help });
  const duration = (name: string, help: string) => registry.histogram({ name, help, bounds: DURATION_BOUNDS });
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
    gauges: GAUGES.map(({ name, of, help }) => ({ gauge: registry.gauge({ name, help }), of })),
  };
});
