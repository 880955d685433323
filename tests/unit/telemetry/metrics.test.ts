import { expect, test } from 'vitest';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

test('counters, gauges and histograms in the text format', () => {
  const metrics = createMetrics();
  const requests = metrics.counter({ name: 'requests_total', help: 'All\nof them' });
  const size = metrics.gauge({ name: 'queue_size', help: 'What waits' });
  const duration = metrics.histogram({ name: 'seconds', help: 'How long', bounds: [0.1, 1] });
  requests.add({ route: '/a', status: '200' });
  requests.add({ route: '/a', status: '200' }, 2);
  size.set(3);
  size.set(1);
  for (const seconds of [0.05, 0.1, 0.5, 7]) duration.observe(seconds, { route: '/a' });
  expect(metrics.toText()).toBe(
    [
      String.raw`# HELP requests_total All\nof them`,
      '# TYPE requests_total counter',
      'requests_total{route="/a",status="200"} 3',
      '# HELP queue_size What waits',
      '# TYPE queue_size gauge',
      'queue_size 1',
      '# HELP seconds How long',
      '# TYPE seconds histogram',
      'seconds_bucket{route="/a",le="0.1"} 2',
      'seconds_bucket{route="/a",le="1"} 3',
      'seconds_bucket{route="/a",le="+Inf"} 4',
      'seconds_sum{route="/a"} 7.65',
      'seconds_count{route="/a"} 4',
      '',
    ].join('\n'),
  );
});

test('a label cannot break out of its quotes', () => {
  const metrics = createMetrics();
  metrics.counter({ name: 'a', help: '' }).add({ key: 'x"} 1\n\\' });
  expect(metrics.toText()).toContain(String.raw`a{key="x\"} 1\n\\"} 1`);
});

test('label sets beyond the bound are counted as one, and none is lost', () => {
  const metrics = createMetrics();
  const counter = metrics.counter({ name: 'a', help: '' });
  for (let index = 0; index < 10_000; index += 1) counter.add({ id: String(index) });
  const lines = metrics.toText().trim().split('\n').slice(2);
  expect(lines.length).toBeLessThanOrEqual(501);
  expect(lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)).toBe(10_000);
});
