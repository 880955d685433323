import { expect, test } from 'vitest';
import { createRandom } from '../../../src/engine/index.ts';
import { measureUnderShift } from '../../../src/levi/metrics/under-shift.ts';
import { runToEnd, syntheticInput, syntheticRows } from './synthetic-task.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('every method has its mean under shift, how far that is below held-out rows, and what serving it costs', async () => {
  const shifts = [
    { name: 'chat', ...syntheticRows(90, 2, 0.3) },
    { name: 'phone', ...syntheticRows(60, 3, 0.6) },
  ];
  const { report } = (await runToEnd(syntheticInput({ shifts }))).result;
  for (const { id, shifts: measured, ood, added_latency_ms, method } of report.methods) {
    expect(ood?.score.value, method).toBeCloseTo(mean(measured.map(({ score }) => score.value)), 10);
    expect(ood?.gap.value, method).toBeCloseTo(id.score.value - (ood?.score.value ?? 0), 10);
    expect(ood?.gap.low, method).toBeLessThan(ood?.gap.high ?? 0);
    expect(added_latency_ms.one_row, method).toBeGreaterThan(0);
    expect(added_latency_ms.batch_of_32, method).toBeLessThan(1_000);
  }
  const { over_linear_probe: gain } = report.gain;
  expect(gain?.shifts.map(({ name }) => name)).toEqual(['chat', 'phone']);
  expect(gain?.ood?.value).toBeCloseTo(mean((gain?.shifts ?? []).map(({ value }) => value)), 10);
  expect(report.notes.join(' ')).toContain('every validation figure flatters');
});

test('without a shift there is no mean under shift, and the verdict says that it is unknown', async () => {
  const { report } = (await runToEnd(syntheticInput({ shifts: [] }))).result;
  expect(report.methods.every(({ ood }) => ood === null)).toBe(true);
  expect(report.verdict).toContain('how it holds under shift cannot be measured');
});

test('the gap of an error is above 0 where it grew', () => {
  const random = createRandom(3);
  const squares = (deviation: number): Float64Array =>
    Float64Array.from({ length: 200 }, () => (deviation * random.normal()) ** 2);
  const options = { finish: Math.sqrt, higherIsBetter: false, isShare: false, uniform: () => random.uniform() };
  const found = measureUnderShift(squares(1), [squares(2), squares(2)], options);
  expect(found?.score.value).toBeCloseTo(2, 0);
  expect(found?.gap.low).toBeGreaterThan(0.5);
  expect(measureUnderShift(squares(1), [], options)).toBeNull();
});
