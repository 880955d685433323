import { SPAN_KINDS } from './tracer.ts';
import type { Attributes, EndedSpan } from './tracer.ts';

const ERROR_STATUS = 2;

/** OTLP/HTTP's JSON encoding of an ExportTraceServiceRequest: ids in hexadecimal, 64-bit numbers as strings. */
export const toOtlp = (spans: readonly EndedSpan[], resource: Attributes): object => ({
  resourceSpans: [
    {
      resource: { attributes: toKeyValues(resource) },
      scopeSpans: [{ scope: { name: 'levigate' }, spans: spans.map(toOtlpSpan) }],
    },
  ],
});

const toOtlpSpan = (span: EndedSpan): object => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
  name: span.name,
  kind: SPAN_KINDS[span.kind],
  startTimeUnixNano: toNanoseconds(span.startMs),
  endTimeUnixNano: toNanoseconds(span.endMs),
  attributes: toKeyValues(span.attributes),
  ...(span.error === null ? {} : { status: { code: ERROR_STATUS, message: span.error } }),
});

/** Nanoseconds since 1970 do not fit into a double, so microseconds are made first. */
const toNanoseconds = (ms: number): string => `${Math.round(ms * 1000)}000`;

const toKeyValues = (attributes: Attributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }));

function toAnyValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
