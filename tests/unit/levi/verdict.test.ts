import { expect, test } from 'vitest';
import { writeVerdict } from '../../../src/levi/report/verdict.ts';
import type { Gain } from '../../../src/contract/report.ts';

const metric = { name: 'accuracy', higher_is_better: true } as const;

const gain = (method: Gain['method'], value: number, low: number, high: number): Gain => ({
  method,
  id: { value, low, high },
  ood: { value, low, high },
});

test('states both differences with their intervals and that one seed was run', () => {
  const verdict = writeVerdict({
    served: 'levi+ensemble',
    overLinearProbe: gain('linear_probe', 0.064, 0.039, 0.088),
    overBestBaseline: gain('ensemble', 0.003, -0.005, 0.012),
    shifts: 3,
    metric,
  });
  expect(verdict).toBe(
    'Served levi+ensemble: on the mean of 3 shifts, 6.4 points above the linear probe (+6.4, +3.9 to +8.8), and no measurable gain over the best other baseline (ensemble) (+0.3, -0.5 to +1.2) (95 % intervals, one seed).',
  );
});

test('says so when the served method is below a baseline', () => {
  const worse = gain('concat_all', -0.05, -0.08, -0.02);
  expect(writeVerdict({ served: 'levi', overLinearProbe: null, overBestBaseline: worse, shifts: 1, metric })).toMatch(
    /5\.0 points below the best other baseline/u,
  );
});

test('says that shift cannot be measured where no shift file was given', () => {
  const onlyId = { ...gain('linear_probe', 0.02, -0.01, 0.05), ood: null };
  const verdict = writeVerdict({ served: 'levi', overLinearProbe: onlyId, overBestBaseline: null, shifts: 0, metric });
  expect(verdict).toMatch(/on held-out rows of the training data, no measurable gain over the linear probe/u);
  expect(verdict).toMatch(/cannot be measured, as no shift file was given/u);
});

test("speaks of errors in the target's unit, less of them being better", () => {
  const verdict = writeVerdict({
    served: 'levi',
    overLinearProbe: gain('linear_probe', 0.0421, 0.0211, 0.0633),
    overBestBaseline: gain('ensemble', -0.02, -0.03, -0.01),
    shifts: 1,
    metric: { name: 'rmse', higher_is_better: false },
  });
  expect(verdict).toMatch(/0\.0421 less error \(RMSE\) than the linear probe \(\+0\.0421, \+0\.0211 to \+0\.0633\)/u);
  expect(verdict).toMatch(/0\.0200 more error \(RMSE\) than the best other baseline/u);
});
