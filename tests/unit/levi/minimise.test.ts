import { expect, test } from 'vitest';
import { minimise } from '../../../src/levi/solver/minimise.ts';
import type { Objective } from '../../../src/levi/solver/minimise.ts';

const illConditioned: Objective = (point) => {
  const scales = point.map((_, index) => 10 ** (index / 4));
  const value = point.reduce((total, x, index) => total + 0.5 * (scales[index] ?? 0) * (x - index) ** 2, 0);
  return Promise.resolve({ value, gradient: point.map((x, index) => (scales[index] ?? 0) * (x - index)) });
};

test('finds the minimum of an ill-conditioned quadratic', async () => {
  const found = await minimise(illConditioned, new Float64Array(16), { tolerance: 1e-7 });
  expect(found.converged).toBe(true);
  for (const [index, x] of found.point.entries()) expect(x).toBeCloseTo(index, 6);
});

test('stops at once where the start is the minimum', async () => {
  const found = await minimise(
    illConditioned,
    Float64Array.from({ length: 4 }, (_, index) => index),
    { tolerance: 1e-7 },
  );
  expect(found).toMatchObject({ evaluations: 1, converged: true });
});

test('descends on an objective rounded to single precision as far as its gradient can be trusted', async () => {
  const rounded: Objective = async (point) => {
    const { value, gradient } = await illConditioned(point);
    return { value: Math.fround(value), gradient: gradient.map(Math.fround) };
  };
  const found = await minimise(rounded, new Float64Array(8), { tolerance: 1e-5 });
  expect(found.converged).toBe(true);
});

test('ends after its evaluations are used up and says that it did not converge', async () => {
  const found = await minimise(illConditioned, new Float64Array(16), { tolerance: 0, maxEvaluations: 5 });
  expect(found.converged).toBe(false);
  expect(found.evaluations).toBeLessThan(20);
});

test('goes on from the curvature that an earlier run on nearly the same function measured', async () => {
  const bent: Objective = async (point) => {
    const { value, gradient } = await illConditioned(point);
    const squares = point.reduce((total, x) => total + x * x, 0);
    return {
      value: value + 0.05 * squares,
      gradient: gradient.map((slope, index) => slope + 0.1 * (point[index] ?? 0)),
    };
  };
  const tolerance = 1e-6;
  const { point, pairs } = await minimise(illConditioned, new Float64Array(8), { tolerance });
  const afresh = await minimise(bent, point, { tolerance });
  const warm = await minimise(bent, point, { tolerance, pairs });
  expect(warm.converged).toBe(true);
  expect(warm.evaluations).toBeLessThan(0.8 * afresh.evaluations);
  for (const [index, x] of warm.point.entries()) expect(x).toBeCloseTo(afresh.point[index] ?? Number.NaN, 5);
});
