import { expect, test } from 'vitest';
import { addStages } from '../../../../gpu-worker/src/server/add-stages.ts';
import { openTracing } from '../../../../gpu-worker/src/server/open-tracing.ts';
import { traceRuns } from '../../../../gpu-worker/src/server/trace-runs.ts';
import { createTracer } from '../../../../src/telemetry/tracer.ts';
import type { EndedSpan } from '../../../../src/telemetry/tracer.ts';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test("a request's stages follow each other below the gateway's span; one that took no time is left out", () => {
  const spans: EndedSpan[] = [];
  const tracer = createTracer({ export: (span) => void spans.push(span), nowMs: () => 1_020 });
  const span = tracer.start('worker predict', { kind: 'server', traceparent: PARENT });
  addStages(span, 1_000, {
    totalMs: 20,
    tokenizationMs: 2,
    queueMs: 0,
    inferenceMs: 15,
    characters: 40,
    tokens: 12,
    cachedInputs: 1,
    computedInputs: 2,
  });
  span.end();
  const own = spans.at(-1);
  expect(own).toMatchObject({
    parentSpanId: '00f067aa0ba902b7',
    attributes: { 'levigate.tokens': 12, 'levigate.cached_inputs': 1, 'levigate.computed_inputs': 2 },
  });
  expect(spans.slice(0, -1)).toMatchObject([
    { name: 'tokenization', parentSpanId: own?.spanId, startMs: 1_000, endMs: 1_002 },
    { name: 'inference', parentSpanId: own?.spanId, startMs: 1_002, endMs: 1_017 },
  ]);
});

test("a batch is a span of the device process below each of its requests', as the device timed it", () => {
  const spans: EndedSpan[] = [];
  const tracer = createTracer({ export: (span) => void spans.push(span) });
  const onRun = traceRuns(tracer, { traceparent: PARENT });
  onRun({ pid: 77, startMs: 5_000, endMs: 5_012, rows: 3, tokens: 40 });
  traceRuns(tracer, { traceparent: PARENT.replace(/01$/, '00') })({
    pid: 77,
    startMs: 0,
    endMs: 1,
    rows: 1,
    tokens: 1,
  });
  expect(spans).toMatchObject([
    {
      name: 'run batch',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentSpanId: '00f067aa0ba902b7',
      startMs: 5_000,
      endMs: 5_012,
      attributes: { 'process.pid': 77, 'levigate.batch.rows': 3, 'levigate.batch.tokens': 40 },
    },
  ]);
});

test('without an endpoint nothing is traced, and closing has nothing to wait for', async () => {
  await using tracing = openTracing({});
  expect([tracing.tracer, tracing.deviceTracer]).toEqual([undefined, undefined]);
});
