import { getLogger } from '@logtape/logtape';
import { toOtlp } from './to-otlp.ts';
import type { Attributes, EndedSpan } from './tracer.ts';

const log = getLogger(['levigate', 'telemetry']);

const SEND_AFTER_MS = 1_000;
const SPANS_A_MESSAGE = 512;
/** Beyond it spans are dropped, and counted: a collector that is down must cost nothing else. */
const MAX_WAITING = 8_192;
const TIMEOUT_MS = 10_000;

export interface OtlpExporterOptions {
  /** As OTEL_EXPORTER_OTLP_ENDPOINT has it: `/v1/traces` is added. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `service.name` and what else is the same for all. */
  readonly resource: Attributes;
  /** Runs a task once, later, or when the process is asked to end. */
  readonly runLater: (delayMs: number, task: () => Promise<void>) => void;
  readonly fetch?: typeof fetch;
}

/** Sends spans to an OpenTelemetry collector over OTLP/HTTP as JSON, many at a time, with nobody waiting. */
export function createOtlpExporter(options: OtlpExporterOptions): (span: EndedSpan) => void {
  const { endpoint, headers, resource, runLater } = options;
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  let waiting: EndedSpan[] = [];
  let dropped = 0;
  let isScheduled = false;

  async function flush(): Promise<void> {
    isScheduled = false;
    const spans = waiting;
    waiting = [];
    if (dropped > 0) log.warn('spans were dropped: the collector is too slow', { dropped });
    dropped = 0;
    for (let start = 0; start < spans.length; start += SPANS_A_MESSAGE) {
      const body = JSON.stringify(toOtlp(spans.slice(start, start + SPANS_A_MESSAGE), resource));
      const response = await send(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) log.warn('the collector refused spans', { status: response.status, url });
      await response.body?.cancel();
    }
  }

  return (span) => {
    if (waiting.length >= MAX_WAITING) {
      dropped += 1;
      return;
    }
    waiting.push(span);
    if (isScheduled) return;
    isScheduled = true;
    runLater(SEND_AFTER_MS, () =>
      flush().catch((error: unknown) => log.warn('spans could not be sent', { url, error })),
    );
  };
}
