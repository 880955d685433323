import { expect, test } from 'vitest';
import { defaultDuration } from '../../../src/services/jobs/default-duration.ts';
import type { JobSize } from '../../../src/services/jobs/default-duration.ts';

const size: JobSize = { rows: 2_000, tokens: 47_368, labels: [2], taps: 7, modality: 'text', groups: 0, levi: {} };
const secondsOf = (changed: Partial<JobSize>): number => defaultDuration({ ...size, ...changed });

test.each([
  [300, 7_105, 2.9],
  [1_000, 23_684, 4.5],
  [2_000, 47_368, 8.3],
  [4_000, 94_736, 15.7],
])('meets what %i sentences took within 15 %%', (rows, tokens, measured) => {
  expect(Math.abs(secondsOf({ rows, tokens }) / measured - 1)).toBeLessThan(0.15);
});

test('rows, labels, targets and layers count beside tokens', () => {
  const plain = secondsOf({});
  expect(secondsOf({ rows: 4_000 })).toBeGreaterThan(plain);
  expect(secondsOf({ labels: [6] })).toBeGreaterThan(1.3 * plain);
  expect(secondsOf({ labels: [2, 2] })).toBeGreaterThan(1.15 * plain);
  // A target of numbers is trained as one of two labels is.
  expect(secondsOf({ labels: [0] })).toBe(plain);
  expect(secondsOf({ levi: { layers: [6] } })).toBeLessThan(plain);
  // Neither ends before the other is done: no size is free of what every job takes.
  expect(secondsOf({ rows: 10, tokens: 100 })).toBeGreaterThan(1.3);
});

test('options multiply the training, not the reading', () => {
  const reading = 1.3 + 0.000105 * size.tokens;
  const trainingOf = (levi: JobSize['levi']): number => secondsOf({ levi }) - reading;
  const plain = trainingOf({});
  expect(trainingOf({ seeds: 3 }) / plain).toBeCloseTo(1.7, 6);
  expect(trainingOf({ baselines: 'all' }) / plain).toBeCloseTo(2.3, 6);
  expect(trainingOf({ report: 'full' })).toBe(trainingOf({ baselines: 'all', seeds: 5 }));
  expect(trainingOf({ method: 'linear_probe' })).toBeLessThan(plain);
});

test('a thousand labels do not take a hundred times as long as ten', () => {
  const [ten, thousand] = [secondsOf({ labels: [10] }), secondsOf({ labels: [1_000] })];
  expect(thousand).toBeGreaterThan(3 * ten);
  expect(thousand).toBeLessThan(20 * ten);
});

test('groups and a search train again, corruptions are read beside the files', () => {
  const plain = secondsOf({});
  const training = plain - 1.3 - 0.000105 * size.tokens;
  expect(secondsOf({ groups: 3 }) - plain).toBeCloseTo(3 * training, 6);
  const trials = (count: number): number => secondsOf({ levi: { search: { budget: { trials: count } } } });
  expect(trials(20)).toBeGreaterThan(trials(5));
  expect(trials(5)).toBeGreaterThan(plain);
  expect(secondsOf({ levi: { search: { budget: { seconds: 30 } } }, groups: 1 })).toBeCloseTo(plain + training + 60, 6);
  expect(secondsOf({ levi: { corruptions: ['typos', 'case'] } }) - plain).toBeCloseTo(0.000105 * size.tokens * 0.3, 6);
  expect(secondsOf({ levi: { corruptions: ['unseen_ids', 'blur'] } })).toBe(plain);
});
