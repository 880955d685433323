import { expect, test } from 'vitest';
import { writeVerdict } from '../../../src/levi/report/verdict.ts';
import type { VerdictInput } from '../../../src/levi/report/verdict.ts';
import type { Gain } from '../../../src/contract/report.ts';

const metric = { name: 'accuracy', higher_is_better: true } as const;

const gain = (method: Gain['method'], value: number, low: number, high: number): Gain => ({
  method,
  id: { value, low, high },
  ood: { value, low, high },
  groups: null,
  shifts: [],
  seeds: 1,
});

const verdictOf = (input: Partial<VerdictInput>): string =>
  writeVerdict({
    served: 'levi',
    overLinearProbe: null,
    overBestBaseline: null,
    shifts: 1,
    groups: 0,
    rows: 145,
    seeds: 1,
    metric,
    ...input,
  });

test('states both differences with their intervals, on how many rows, and that one seed was run', () => {
  const verdict = verdictOf({
    served: 'levi+ensemble',
    overLinearProbe: gain('linear_probe', 0.064, 0.039, 0.088),
    overBestBaseline: gain('ensemble', 0.003, -0.005, 0.012),
    shifts: 3,
  });
  expect(verdict).toBe(
    'Served levi+ensemble: on the mean of 3 shifts, 6.4 points above the linear probe (+6.4, +3.9 to +8.8), and no measurable gain over the best other baseline (ensemble) (+0.3, -0.5 to +1.2) (95 % intervals; 145 rows, one seed: another may differ by a point).',
  );
});

test('says over how many seeds it holds', () => {
  const verdict = verdictOf({ overLinearProbe: gain('linear_probe', 0.064, 0.039, 0.088), seeds: 5 });
  expect(verdict).toContain('(95 % intervals; 145 rows, 5 seeds)');
});

test('above the linear probe and below the best baseline: it says both', () => {
  const verdict = verdictOf({
    overLinearProbe: gain('linear_probe', 0.064, 0.039, 0.088),
    overBestBaseline: gain('concat_all', -0.05, -0.08, -0.02),
  });
  expect(verdict).toContain('6.4 points above the linear probe');
  expect(verdict).toContain('5.0 points below the best other baseline (concat_all)');
});

test('names the shift that got worse behind a mean that got better', () => {
  const shifts = [
    { name: 'chat', kind: 'file' as const, value: 0.1, low: 0.05, high: 0.15 },
    { name: 'phone', kind: 'file' as const, value: -0.04, low: -0.07, high: -0.01 },
    { name: 'forum', kind: 'file' as const, value: -0.01, low: -0.03, high: 0.02 },
  ];
  const verdict = verdictOf({
    overLinearProbe: { ...gain('linear_probe', 0.03, 0.01, 0.05), shifts },
    shifts: 3,
  });
  expect(verdict).toContain('on phone, the worst of them, 4.0 points below linear_probe (-4.0, -7.0 to -1.0)');
  expect(verdict).not.toContain('forum');
});

test('a worst shift within the noise is named as such, and one that gained is not', () => {
  const gained = [
    { name: 'chat', kind: 'file' as const, value: 0.1, low: 0.05, high: 0.15 },
    { name: 'phone', kind: 'file' as const, value: 0.01, low: -0.01, high: 0.03 },
  ];
  const overLinearProbe = gain('linear_probe', 0.05, 0.01, 0.09);
  expect(verdictOf({ overLinearProbe: { ...overLinearProbe, shifts: gained }, shifts: 2 })).not.toContain('phone');
  const uncertain = gained.map((shift) => ({ ...shift, value: shift.value - 0.02 }));
  expect(verdictOf({ overLinearProbe: { ...overLinearProbe, shifts: uncertain }, shifts: 2 })).toContain(
    'on phone, the worst of them, no measurable gain over linear_probe',
  );
});

test('a gain under shift that is none, or a loss, on held-out rows is not left unsaid', () => {
  const ood = gain('linear_probe', 0.05, 0.02, 0.08);
  const none = { ...ood, id: { value: 0.01, low: -0.02, high: 0.04 } };
  expect(verdictOf({ overLinearProbe: none })).toContain(
    'on held-out rows of the training data, no measurable gain over linear_probe',
  );
  const loss = { ...ood, id: { value: -0.03, low: -0.05, high: -0.01 } };
  expect(verdictOf({ overLinearProbe: loss })).toContain('3.0 points below linear_probe');
  expect(verdictOf({ overLinearProbe: ood })).not.toContain('held-out');
});

test('the linear probe as the best baseline is said once', () => {
  const probe = gain('linear_probe', 0.05, 0.02, 0.08);
  const verdict = verdictOf({ overLinearProbe: probe, overBestBaseline: probe });
  expect(verdict.match(/5\.0 points/gu)).toHaveLength(1);
  expect(verdict).toContain('above the linear probe (+5.0, +2.0 to +8.0), which is the best other baseline, too');
});

test('says that shift cannot be measured where no shift was given', () => {
  const onlyId = { ...gain('linear_probe', 0.02, -0.01, 0.05), ood: null };
  const verdict = verdictOf({ overLinearProbe: onlyId, shifts: 0, rows: 42 });
  expect(verdict).toMatch(/on held-out rows of the training data, no measurable gain over the linear probe/u);
  expect(verdict).toMatch(/42 rows.*cannot be measured, as no shift was given/u);
});

test('speaks of the groups left out where there is no shift file, the worst of them too, and of the files where there are both', () => {
  const shifts = [
    { name: 'mail', kind: 'group' as const, value: 0.09, low: 0.05, high: 0.12 },
    { name: 'web', kind: 'group' as const, value: -0.04, low: -0.07, high: -0.01 },
  ];
  const grouped = {
    ...gain('linear_probe', 0.02, -0.01, 0.05),
    groups: { value: 0.03, low: 0.01, high: 0.06 },
    shifts,
  };
  const alone = verdictOf({ overLinearProbe: { ...grouped, ood: null }, shifts: 0, groups: 2 });
  expect(alone).toContain('on the mean of 2 groups left out of training, 3.0 points above the linear probe');
  expect(alone).toContain('on web, the worst of them, 4.0 points below linear_probe');
  const both = verdictOf({ overLinearProbe: grouped, shifts: 2, groups: 2 });
  expect(both).toContain('on the mean of 2 shifts, no measurable gain over the linear probe');
  expect(both).not.toContain('web');
});

test("speaks of errors in the target's unit, less of them being better", () => {
  const verdict = verdictOf({
    overLinearProbe: gain('linear_probe', 0.0421, 0.0211, 0.0633),
    overBestBaseline: gain('ensemble', -0.02, -0.03, -0.01),
    metric: { name: 'rmse', higher_is_better: false },
  });
  expect(verdict).toMatch(/0\.0421 less error \(RMSE\) than the linear probe \(\+0\.0421, \+0\.0211 to \+0\.0633\)/u);
  expect(verdict).toMatch(/0\.0200 more error \(RMSE\) than the best other baseline/u);
});
