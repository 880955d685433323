import type { Span, Tracer } from '../../../src/telemetry/tracer.ts';
import type { OnRun } from '../device/device.ts';

/**
 * The batches that hold a request's inputs, as spans of the device process below the request's own. A batch belongs to many requests: each trace
 * shows all of it, with the same times and process.
 */
export const traceRuns =
  (tracer: Tracer, { traceparent }: Pick<Span, 'traceparent'>): OnRun =>
  ({ pid, startMs, endMs, rows, tokens }) =>
    tracer.add('run batch', {
      traceparent,
      startMs,
      endMs,
      attributes: { 'process.pid': pid, 'levigate.batch.rows': rows, 'levigate.batch.tokens': tokens },
    });
