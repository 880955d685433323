import { formatTraceparent, newSpanId, newTraceId, parseTraceparent } from './traceparent.ts';
import type { TraceContext } from './traceparent.ts';

type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** OpenTelemetry's kinds, as OTLP numbers them. */
export const SPAN_KINDS = { internal: 1, server: 2, client: 3 } as const;
export type SpanKind = keyof typeof SPAN_KINDS;

/** A span that has ended. Times are milliseconds since 1970. */
export interface EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  /** What went wrong; null when nothing did. */
  readonly error: string | null;
}

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

export interface Span {
  /** For the header `traceparent` of whatever is asked on its behalf. */
  readonly traceparent: string;
  startChild(name: string, options?: SpanOptions): Span;
  /** A child that somebody else timed. */
  addChild(name: string, time: { readonly startMs: number; readonly endMs: number }, attributes?: Attributes): void;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Ending twice is ending once. */
  end(outcome?: { readonly error?: string | undefined }): void;
}

export interface TimedSpan extends SpanOptions {
  readonly traceparent: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Tracer {
  /** Begins a span below the caller's, or a trace of its own. */
  start(name: string, options: SpanOptions & { readonly traceparent?: string | null | undefined }): Span;
  /** A span below the caller's that is over already, as somebody else timed it. */
  add(name: string, span: TimedSpan): void;
}

export interface TracerOptions {
  readonly export: (span: EndedSpan) => void;
  /** Share of the traces that begin here to keep, 0 to 1; callers decide for theirs. */
  readonly sampleRatio?: number;
  /** Milliseconds since 1970, with what the runtime has of fractions. */
  readonly nowMs?: () => number;
  readonly random?: () => number;
}

const preciseNowMs = (): number => performance.timeOrigin + performance.now();

export function createTracer(options: TracerOptions): Tracer {
  const { sampleRatio = 1, nowMs = preciseNowMs, random = Math.random } = options;

  function createSpan(context: TraceContext, parentSpanId: string | null, name: string, given: SpanOptions): Span {
    const startMs = nowMs();
    const { kind = 'internal' } = given;
    let attributes: Attributes = given.attributes ?? {};
    let spanName = name;
    let isEnded = false;
    const { traceId, spanId, isSampled } = context;
    const childContext = (): TraceContext => ({ traceId, spanId: newSpanId(), isSampled });
    return {
      traceparent: formatTraceparent(context),
      startChild: (childName, childOptions = {}) => createSpan(childContext(), spanId, childName, childOptions),
      addChild: (childName, time, childAttributes = {}) => {
        if (!isSampled) return;
        const child = {
          traceId,
          spanId: newSpanId(),
          parentSpanId: spanId,
          name: childName,
          kind: 'internal' as const,
        };
        options.export({ ...child, ...time, attributes: childAttributes, error: null });
      },
      rename: (newName) => {
        spanName = newName;
      },
      set: (more) => {
        attributes = { ...attributes, ...more };
      },
      end: ({ error } = {}) => {
        if (isEnded) return;
        isEnded = true;
        if (!isSampled) return;
        const endMs = nowMs();
        options.export({
          traceId,
          spanId,
          parentSpanId,
          name: spanName,
          kind,
          startMs,
          endMs,
          attributes,
          error: error ?? null,
        });
      },
    };
  }

  return {
    start: (name, { traceparent, ...given }) => {
      const parent = parseTraceparent(traceparent);
      const context: TraceContext = {
        traceId: parent?.traceId ?? newTraceId(),
        spanId: newSpanId(),
        isSampled: parent?.isSampled ?? random() < sampleRatio,
      };
      return createSpan(context, parent?.spanId ?? null, name, given);
    },
    add: (name, { traceparent, startMs, endMs, kind = 'internal', attributes = {} }) => {
      const parent = parseTraceparent(traceparent);
      if (!parent?.isSampled) return;
      const { traceId, spanId: parentSpanId } = parent;
      options.export({
        traceId,
        spanId: newSpanId(),
        parentSpanId,
        name,
        kind,
        startMs,
        endMs,
        attributes,
        error: null,
      });
    },
  };
}
