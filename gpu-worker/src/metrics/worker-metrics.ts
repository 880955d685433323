import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RunBatch } from '../batching/batcher.ts';
import type { Measures } from '../server/to-measures.ts';

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
  text(): Promise<string>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const TOKENS = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];

/** The names of Text Embeddings Inference where they mean the same, so that its dashboards work; ours begin with `levigate_`. */
export function createWorkerMetrics(sources: MetricSources): WorkerMetrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, buckets, registers });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });

  const count = counter('te_request_count', 'Requests received');
  const success = counter('te_request_success', 'Requests answered');
  const failure = counter('te_request_failure', 'Requests refused or failed, by code', ['err']);
  const duration = histogram('te_request_duration', 'Seconds from a request to its answer', SECONDS);
  const tokenization = histogram('te_request_tokenization_duration', 'Seconds of tokenizing or decoding', SECONDS);
  const queue = histogram('te_request_queue_duration', 'Seconds until the last input left the queue', SECONDS);
  const inference = histogram('te_request_inference_duration', 'Seconds in backbone and adapters', SECONDS);
  const batchSize = histogram('te_batch_next_size', 'Inputs of a batch', ROWS);
  const batchTokens = histogram('te_batch_next_tokens', 'Tokens of a batch, without padding', TOKENS);
  const padded = counter('levigate_batch_padded_tokens_total', 'Tokens that batches made the device compute');
  const inputs = counter('levigate_feature_cache_inputs_total', 'Inputs, by whether their features were kept', [
    'result',
  ]);
  const fetches = counter('levigate_adapter_fetches_total', 'Adapters fetched from the gateway');
  gauge('te_queue_size', 'Inputs that wait for the device', sources.queuedInputs);
  gauge('levigate_requests_in_flight', 'Requests being answered', sources.requestsInFlight);
  gauge('levigate_adapters_resident', 'Models whose adapters are in memory', sources.residentAdapters);
  gauge('levigate_adapters_pinned', 'Models whose adapters stay in memory', sources.pinnedAdapters);
  gauge('levigate_adapter_bytes', 'Bytes of the adapters in memory', sources.adapterBytes);
  gauge('levigate_feature_cache_memory_bytes', 'Bytes of features in memory', () => sources.featureBytes().memory);
  gauge('levigate_feature_cache_disk_bytes', 'Bytes of features on disk', () => sources.featureBytes().disk);

  return {
    received: () => count.inc(),
    answered: (request) => {
      success.inc();
      duration.observe(request.totalMs / 1000);
      tokenization.observe(request.tokenizationMs / 1000);
      queue.observe(request.queueMs / 1000);
      inference.observe(request.inferenceMs / 1000);
      inputs.inc({ result: 'hit' }, request.cachedInputs);
      inputs.inc({ result: 'miss' }, request.computedInputs);
    },
    failed: (code) => failure.inc({ err: code }),
    batch: ({ rows, tokens, paddedTokens }) => {
      batchSize.observe(rows);
      batchTokens.observe(tokens);
      padded.inc(paddedTokens);
    },
    adapterFetched: () => fetches.inc(),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
