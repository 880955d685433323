import { createMetrics, DURATION_BOUNDS, METRICS_TYPE } from '../../../src/telemetry/metrics.ts';
import type { Counter } from '../../../src/telemetry/metrics.ts';
import type { RunBatch } from '../batching/batcher.ts';
import type { Measures } from './to-measures.ts';
import { watchProcess } from './process-figures.ts';

/** What a gauge shows when it is asked for. */
export interface MetricSources {
  readonly queuedInputs: () => number;
  readonly requestsInFlight: () => number;
  readonly residentAdapters: () => number;
  readonly pinnedAdapters: () => number;
  readonly adapterBytes: () => number;
  readonly featureBytes: () => { readonly memory: number; readonly disk: number };
}

export interface WorkerMetrics {
  received(): void;
  answered(request: Measures): void;
  failed(code: string): void;
  batch(batch: RunBatch): void;
  adapterFetched(): void;
  readonly contentType: string;
  /** Prometheus' text format. */
  text(): string;
}

const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const TOKENS = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];

/** The names of Text Embeddings Inference where they mean the same, so that its dashboards work; ours begin with `levigate_`. */
export function createWorkerMetrics(sources: MetricSources): WorkerMetrics {
  const metrics = createMetrics();
  const readers = [watchProcess(metrics)];
  /** Shown as 0 until it counts. */
  const counter = (name: string, help: string): Counter => {
    const made = metrics.counter({ name, help });
    made.add({}, 0);
    return made;
  };
  const histogram = (name: string, help: string, bounds: readonly number[] = DURATION_BOUNDS) =>
    metrics.histogram({ name, help, bounds });
  const gauge = (name: string, help: string, read: () => number): void => {
    const made = metrics.gauge({ name, help });
    readers.push(() => made.set(read()));
  };

  const count = counter('te_request_count', 'Requests received');
  const success = counter('te_request_success', 'Requests answered');
  const failure = metrics.counter({ name: 'te_request_failure', help: 'Requests refused or failed, by code' });
  const duration = histogram('te_request_duration', 'Seconds from a request to its answer');
  const tokenization = histogram('te_request_tokenization_duration', 'Seconds of tokenizing or decoding');
  const queue = histogram('te_request_queue_duration', 'Seconds until the last input left the queue');
  const inference = histogram('te_request_inference_duration', 'Seconds in backbone and adapters');
  const batchSize = histogram('te_batch_next_size', 'Inputs of a batch', ROWS);
  const batchTokens = histogram('te_batch_next_tokens', 'Tokens of a batch, without padding', TOKENS);
  const padded = counter('levigate_batch_padded_tokens_total', 'Tokens that batches made the device compute');
  const inputs = metrics.counter({
    name: 'levigate_feature_cache_inputs_total',
    help: 'Inputs, by whether their features were kept',
  });
  const fetches = counter('levigate_adapter_fetches_total', 'Adapters fetched from the gateway');
  gauge('te_queue_size', 'Inputs that wait for the device', sources.queuedInputs);
  gauge('levigate_requests_in_flight', 'Requests being answered', sources.requestsInFlight);
  gauge('levigate_adapters_resident', 'Models whose adapters are in memory', sources.residentAdapters);
  gauge('levigate_adapters_pinned', 'Models whose adapters stay in memory', sources.pinnedAdapters);
  gauge('levigate_adapter_bytes', 'Bytes of the adapters in memory', sources.adapterBytes);
  gauge('levigate_feature_cache_memory_bytes', 'Bytes of features in memory', () => sources.featureBytes().memory);
  gauge('levigate_feature_cache_disk_bytes', 'Bytes of features on disk', () => sources.featureBytes().disk);

  return {
    received: () => count.add(),
    answered: (request) => {
      success.add();
      duration.observe(request.totalMs / 1000);
      tokenization.observe(request.tokenizationMs / 1000);
      queue.observe(request.queueMs / 1000);
      inference.observe(request.inferenceMs / 1000);
      inputs.add({ result: 'hit' }, request.cachedInputs);
      inputs.add({ result: 'miss' }, request.computedInputs);
    },
    failed: (code) => failure.add({ err: code }),
    batch: ({ rows, tokens, paddedTokens }) => {
      batchSize.observe(rows);
      batchTokens.observe(tokens);
      padded.add({}, paddedTokens);
    },
    adapterFetched: () => fetches.add(),
    contentType: METRICS_TYPE,
    text: () => {
      for (const read of readers) read();
      return metrics.toText();
    },
  };
}
