/** Prometheus metrics in its text format (version 0.0.4), on any runtime; every label set is bounded. */

type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels?: Labels, by?: number): void;
}
export interface Gauge {
  set(value: number, labels?: Labels): void;
}
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

export interface MetricOptions {
  readonly name: string;
  readonly help: string;
}
export interface HistogramOptions extends MetricOptions {
  /** Upper bounds, rising; what is above all of them is counted too. */
  readonly bounds: readonly number[];
}

export interface Metrics {
  counter(options: MetricOptions): Counter;
  gauge(options: MetricOptions): Gauge;
  histogram(options: HistogramOptions): Histogram;
  /** In the order they were made. */
  toText(): string;
}

/** Content type of the text. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Seconds, from a cached answer to a cold start. */
export const DURATION_BOUNDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

/** Beyond so many label sets of one metric, all further ones are counted as one: what a caller sends must not fill the memory. */
const MAX_SERIES = 500;
const OVERFLOW = '{overflow="true"}';

export function createMetrics(): Metrics {
  const writers: (() => string)[] = [];
  const add = (type: string, { name, help }: MetricOptions, write: () => string): void =>
    void writers.push(() => `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${write()}`);

  function values(type: 'counter' | 'gauge', options: MetricOptions): Series<{ value: number }> {
    const series = createSeries(() => ({ value: 0 }));
    add(type, options, () => series.write((labels, { value }) => `${options.name}${labels} ${value}\n`));
    return series;
  }

  return {
    counter(options) {
      const series = values('counter', options);
      return {
        add: (labels, by = 1) => {
          series.of(labels).value += by;
        },
      };
    },
    gauge(options) {
      const series = values('gauge', options);
      return {
        set: (value, labels) => {
          series.of(labels).value = value;
        },
      };
    },
    histogram(options) {
      const { name, bounds } = options;
      const series = createSeries(() => ({ counts: new Float64Array(bounds.length + 1), sum: 0 }));
      add('histogram', options, () =>
        series.write((labels, { counts, sum }) => {
          let total = 0;
          const lines = [...counts].map((count, index) => {
            total += count;
            return `${name}_bucket${withLabel(labels, 'le', String(bounds[index] ?? '+Inf'))} ${total}\n`;
          });
          return `${lines.join('')}${name}_sum${labels} ${sum}\n${name}_count${labels} ${total}\n`;
        }),
      );
      return {
        observe: (value, labels) => {
          const one = series.of(labels);
          const found = bounds.findIndex((bound) => value <= bound);
          const place = found === -1 ? bounds.length : found;
          one.counts[place] = (one.counts[place] ?? 0) + 1;
          one.sum += value;
        },
      };
    },
    toText: () => writers.map((write) => write()).join(''),
  };
}

interface Series<Value> {
  of(labels: Labels | undefined): Value;
  write(line: (labels: string, value: Value) => string): string;
}

function createSeries<Value>(create: () => Value): Series<Value> {
  const bySet = new Map<string, Value>();
  return {
    of(labels) {
      const written = labels === undefined ? '' : writeLabels(labels);
      const existing = bySet.get(written);
      if (existing !== undefined) return existing;
      const key = bySet.size < MAX_SERIES ? written : OVERFLOW;
      const value = bySet.get(key) ?? create();
      bySet.set(key, value);
      return value;
    },
    write: (line) => [...bySet].map(([labels, value]) => line(labels, value)).join(''),
  };
}

/** Keys as the caller orders them: each call site always gives the same ones. */
function writeLabels(labels: Labels): string {
  let pairs = '';
  for (const key in labels) pairs += `${pairs === '' ? '' : ','}${key}="${escapeLabel(labels[key] ?? '')}"`;
  return pairs === '' ? '' : `{${pairs}}`;
}

const withLabel = (labels: string, key: string, value: string): string =>
  labels === '' ? `{${key}="${value}"}` : `${labels.slice(0, -1)},${key}="${value}"}`;

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
// Written at every request, and hardly ever holds one of these.
const escapeLabel = (text: string): string => (/[\\\n"]/.test(text) ? escapeHelp(text).replaceAll('"', '\\"') : text);
