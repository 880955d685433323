import { expect, test } from 'vitest';
import { FineTuningReport } from '../../../src/contract/report.ts';
import { resolveLeviConfig } from '../../../src/levi/index.ts';
import { meanWithInterval } from '../../../src/levi/metrics/intervals.ts';
import { runToEnd, syntheticInput } from './synthetic-task.ts';

const hyperparameters = { n_epochs: 4, batch_size: 32, learning_rate_multiplier: 10 } as const;
const config = resolveLeviConfig({ levi: { width: 8, seeds: 3 }, hyperparameters });

test('several seeds give intervals for what depends on the seed, and serve the first: the same bytes as one seed', async () => {
  const { result, events } = await runToEnd(syntheticInput({ config }));
  const one = await runToEnd(syntheticInput());
  expect(result.adapter).toEqual(one.result.adapter);
  expect(one.result.report.seeds).toEqual([]);
  const { seeds, methods, gain, verdict } = FineTuningReport.parse(result.report);
  expect(seeds.map(({ method, runs }) => [method, runs])).toEqual([
    ['levi', 3],
    ['levi+ensemble', 3],
  ]);
  for (const { id, ood } of seeds) {
    expect(id.low).toBeLessThanOrEqual(id.value);
    expect(ood?.high).toBeGreaterThanOrEqual(ood?.value ?? 1);
  }
  // The headline is over all of them, and says so; the shift file's rows are one set, whatever the seeds.
  expect(gain.over_linear_probe?.seeds).toBe(3);
  expect(verdict).toContain('3 seeds');
  expect(one.result.report.verdict).toContain('one seed');
  // Three different models: their mean is not the first one's figure.
  expect(seeds[0]?.ood?.value).not.toBe(methods.find(({ method }) => method === 'levi')?.shifts[0]?.score.value);
  const fractions = events.flatMap((event) => (event.type === 'progress' ? [event.fraction] : []));
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(fractions.at(-1)).toBe(1);
});

test('the interval of a mean is that of Student, and none from one value', () => {
  const { value, low, high } = meanWithInterval([0.7, 0.8, 0.9]);
  expect(value).toBeCloseTo(0.8, 12);
  expect(high).toBe(1);
  expect(low).toBeCloseTo(0.8 - (4.303 * 0.1) / Math.sqrt(3), 12);
  expect(meanWithInterval([0.5])).toEqual({ value: 0.5, low: null, high: null });
});

test('a full report is five seeds and all baselines, unless told otherwise', () => {
  expect(resolveLeviConfig({ levi: { report: 'full' } })).toMatchObject({ seeds: 5, baselines: 'all' });
  expect(resolveLeviConfig({ levi: { report: 'full', seeds: 2, baselines: 'standard' } })).toMatchObject({
    seeds: 2,
    baselines: 'standard',
  });
  expect(resolveLeviConfig({ levi: { report: 'standard' } })).toMatchObject({ seeds: 1, baselines: 'standard' });
});
