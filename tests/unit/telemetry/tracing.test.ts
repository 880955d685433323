import { expect, test } from 'vitest';
import { createOtlpExporter } from '../../../src/telemetry/otlp-exporter.ts';
import { formatTraceparent, parseTraceparent } from '../../../src/telemetry/traceparent.ts';
import { createTracer } from '../../../src/telemetry/tracer.ts';
import type { EndedSpan } from '../../../src/telemetry/tracer.ts';
import { createTracerFrom } from '../../../src/telemetry/tracing-settings.ts';

// The specification's own example.
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const HEADER = `00-${TRACE}-${PARENT}-01`;

test('reads and writes a traceparent', () => {
  const context = parseTraceparent(HEADER);
  expect(context).toEqual({ traceId: TRACE, spanId: PARENT, isSampled: true });
  expect(context && formatTraceparent(context)).toBe(HEADER);
  expect(parseTraceparent(`cc-${TRACE}-${PARENT}-00-what-comes`)).toMatchObject({ isSampled: false });
});

test.each([
  null,
  '',
  'nonsense',
  `ff-${TRACE}-${PARENT}-01`,
  `00-${TRACE}-${PARENT}-01-more`,
  `00-${'0'.repeat(32)}-${PARENT}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${PARENT}-01`,
])('begins anew on %j', (header) => {
  expect(parseTraceparent(header)).toBeNull();
});

function createRecorder(sampleRatio = 1) {
  const spans: EndedSpan[] = [];
  let nowMs = 1_000;
  const tracer = createTracer({ export: (span) => void spans.push(span), sampleRatio, nowMs: () => (nowMs += 1) });
  return { tracer, spans };
}

test("spans are children of the caller's, and each other's", () => {
  const { tracer, spans } = createRecorder();
  const span = tracer.start('request', { kind: 'server', traceparent: HEADER });
  const child = span.startChild('POST predict', { kind: 'client' });
  child.addChild('queue', { startMs: 5, endMs: 7 });
  child.end({ error: 'gone' });
  child.end();
  span.set({ status: 200 });
  span.end();
  const [queue, post, request] = spans;
  expect(spans.map(({ traceId }) => traceId)).toEqual([TRACE, TRACE, TRACE]);
  expect(request).toMatchObject({ parentSpanId: PARENT, kind: 'server', attributes: { status: 200 }, error: null });
  expect(post).toMatchObject({ parentSpanId: request?.spanId, error: 'gone' });
  expect(queue).toMatchObject({ parentSpanId: post?.spanId, startMs: 5, endMs: 7 });
  expect(child.traceparent).toBe(`00-${TRACE}-${post?.spanId}-01`);
});

test("a caller's decision not to sample holds, and is handed on", () => {
  const { tracer, spans } = createRecorder();
  const span = tracer.start('request', { traceparent: `00-${TRACE}-${PARENT}-00` });
  span.startChild('x').end();
  span.end();
  expect(spans).toEqual([]);
  expect(span.traceparent).toMatch(/-00$/);
});

test('the ratio decides for traces that begin here', () => {
  const none = createRecorder(0);
  none.tracer.start('request', {}).end();
  expect(none.spans).toEqual([]);
});

test('exports what the OTLP JSON encoding asks for, in one message, later', async () => {
  const sent: Request[] = [];
  const later: (() => Promise<void>)[] = [];
  const exportSpan = createOtlpExporter({
    endpoint: 'http://collector:4318/',
    headers: { 'x-token': 'secret' },
    resource: { 'service.name': 'gateway' },
    runLater: (_, task) => void later.push(task),
    fetch: async (url, init) => {
      sent.push(new Request(url, init));
      return new Response('{}');
    },
  });
  const span = { traceId: TRACE, spanId: PARENT, parentSpanId: null, name: 'a', kind: 'server', error: null } as const;
  exportSpan({
    ...span,
    startMs: 1_700_000_000_000.25,
    endMs: 1_700_000_000_001,
    attributes: { n: 1, x: 0.5, b: true },
  });
  exportSpan({ ...span, startMs: 1, endMs: 2, attributes: {}, error: 'broken' });
  expect(sent).toEqual([]);
  for (const task of later) await task();
  expect(sent.map(({ url }) => url)).toEqual(['http://collector:4318/v1/traces']);
  expect(sent[0]?.headers.get('x-token')).toBe('secret');
  expect(sent[0]?.headers.get('content-type')).toBe('application/json');
  const message: unknown = await sent[0]?.json();
  expect(message).toMatchObject({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'gateway' } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: TRACE,
                spanId: PARENT,
                kind: 2,
                startTimeUnixNano: '1700000000000250000',
                endTimeUnixNano: '1700000000001000000',
                attributes: [
                  { key: 'n', value: { intValue: '1' } },
                  { key: 'x', value: { doubleValue: 0.5 } },
                  { key: 'b', value: { boolValue: true } },
                ],
              },
              { status: { code: 2, message: 'broken' } },
            ],
          },
        ],
      },
    ],
  });
});

test('a collector that is down or slow costs bounded memory and no failure', async () => {
  const later: (() => Promise<void>)[] = [];
  let sent = 0;
  const exportSpan = createOtlpExporter({
    endpoint: 'http://collector:4318',
    headers: {},
    resource: {},
    runLater: (_, task) => void later.push(task),
    fetch: async () => {
      sent += 1;
      throw new Error('connect ECONNREFUSED');
    },
  });
  const { tracer, spans } = createRecorder();
  tracer.start('a', {}).end();
  const [span] = spans;
  if (!span) throw new Error('no span');
  for (let count = 0; count < 20_000; count += 1) exportSpan(span);
  expect(later).toHaveLength(1);
  await later[0]?.();
  expect(sent).toBe(1);
});

test('environment variables: none without an endpoint; a wrong one is named', () => {
  const options = { serviceName: 'x', version: '1', runLater: () => {} };
  expect(createTracerFrom({}, options)).toBeUndefined();
  expect(createTracerFrom({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true' }, options)).toBe(
    undefined,
  );
  expect(createTracerFrom({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, options)).toBeDefined();
  expect(() => createTracerFrom({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, options)).toThrow(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  );
  const wrong = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_SAMPLER_ARG: '5' };
  expect(() => createTracerFrom(wrong, options)).toThrow('OTEL_TRACES_SAMPLER_ARG');
});
