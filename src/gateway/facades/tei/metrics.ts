import type { Timings } from '../../../contract/index.ts';

/** What TEI's dashboards read, of this process and façade. */
export interface TeiMetrics {
  asked(method: 'single' | 'batch'): void;
  answered(method: 'single' | 'batch', durations: Timings & { readonly totalMs: number }): void;
  failed(type: string): void;
  /** Prometheus' text. @param queued inputs that wait at the workers */
  render(queued: number): string;
}

// Seconds: TEI's own go on by a half.
const BUCKETS = Array.from({ length: 20 }, (_, power) => 0.0005 * 1.5 ** power);

const DURATIONS = {
  te_request_duration: ({ totalMs }: Measured) => totalMs,
  te_request_tokenization_duration: ({ tokenizationMs }: Measured) => tokenizationMs,
  te_request_queue_duration: ({ queueMs }: Measured) => queueMs,
  te_request_inference_duration: ({ inferenceMs }: Measured) => inferenceMs,
} as const;
type Measured = Timings & { readonly totalMs: number };

export function createTeiMetrics(): TeiMetrics {
  const counters = new Map<string, number>();
  const histograms = Object.entries(DURATIONS).map(([name, of]) => ({ name, of, ...createHistogram() }));
  const add = (series: string): void => void counters.set(series, (counters.get(series) ?? 0) + 1);
  return {
    asked: (method) => add(`te_request_count{method="${method}"}`),
    answered: (method, durations) => {
      add(`te_request_success{method="${method}"}`);
      for (const { of, observe } of histograms) observe(of(durations) / 1000);
    },
    failed: (type) => add(`te_request_failure{err="${type.toLowerCase()}"}`),
    render: (queued) => {
      const names = ['te_request_count', 'te_request_success', 'te_request_failure'];
      const counted = names.flatMap((name) => [
        `# TYPE ${name} counter`,
        ...[...counters]
          .filter(([series]) => series.startsWith(`${name}{`))
          .map(([series, count]) => `${series} ${count}`),
      ]);
      const measured = histograms.flatMap(({ name, lines }) => [`# TYPE ${name} histogram`, ...lines(name)]);
      return `${[...counted, ...measured, '# TYPE te_queue_size gauge', `te_queue_size ${queued}`].join('\n')}\n`;
    },
  };
}

function createHistogram(): {
  readonly observe: (seconds: number) => void;
  readonly lines: (name: string) => readonly string[];
} {
  const counts = new Float64Array(BUCKETS.length + 1);
  let sum = 0;
  return {
    observe: (seconds) => {
      const found = BUCKETS.findIndex((limit) => seconds <= limit);
      const bucket = found === -1 ? BUCKETS.length : found;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      sum += seconds;
    },
    lines: (name) => {
      let total = 0;
      const cumulative = Array.from(counts, (count) => (total += count));
      return [
        ...cumulative.map(
          (count, index) => `${name}_bucket{le="${BUCKETS[index]?.toPrecision(6) ?? '+Inf'}"} ${count}`,
        ),
        `${name}_sum ${sum}`,
        `${name}_count ${total}`,
      ];
    },
  };
}
