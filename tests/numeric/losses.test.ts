import { describe, expect, it } from 'vitest';
import {
  createGraph,
  gradients,
  orderedThresholds,
  ordinalCrossEntropy,
  ordinalLogProbabilities,
  exp,
  reduceSum,
  sigmoidCrossEntropy,
  sigmoidFocalLoss,
  smoothLabels,
  softmaxFocalLoss,
  softplus,
  tensor,
  toOnnx,
} from '../../src/engine/index.ts';
import type { Value } from '../../src/engine/index.ts';
import { createTestRuntime } from '../support/runtime.ts';
import { buildCase, centralDifferences, largestError, toFeeds, toReferenceArray } from './check-operator.ts';
import { lossCases } from './loss-cases.ts';
import type { LossCase } from './loss-cases.ts';
import { evaluateReference } from './reference.ts';

const runtime = createTestRuntime();

/** Rows by definition, each times its weight, times the factor of the case's own loss. */
function expectedLoss({ definition }: LossCase, feeds: ReturnType<typeof buildCase>['feeds']): number {
  const numbersOf = (name: string): readonly number[] => Array.from(feeds[name]?.data ?? []);
  const rowsOf = (name: string): readonly (readonly number[])[] => {
    const [rows = 0, width = 0] = feeds[name]?.dims ?? [];
    return Array.from({ length: rows }, (_, row) => numbersOf(name).slice(row * width, (row + 1) * width));
  };
  const [predictions, targets, weights, learned] = [rowsOf('x0'), rowsOf('x1'), numbersOf('x2'), numbersOf('x3')];
  const losses = predictions.map(
    (row, index) => (weights[index] ?? 0) * definition(row, targets[index] ?? [], learned),
  );
  return losses.reduce((sum, loss) => sum + loss, 0);
}

describe.each(lossCases.map((each) => [each.name, each] as const))('%s', (_, lossCase) => {
  const built = buildCase(lossCase);

  it('is what its definition says', () => {
    const [loss] = evaluateReference(built.graph, [built.output], built.feeds);
    expect(loss?.data[0]).toBeCloseTo(expectedLoss(lossCase, built.feeds), 6);
  });

  it('has the gradient that central differences give', () => {
    const actual = evaluateReference(built.graph, built.gradients, built.feeds);
    for (const [index, difference] of centralDifferences(built).entries()) {
      expect(largestError(actual[index] ?? difference, difference)).toBeLessThan(1e-6);
    }
  });

  it('runs forward and backward in float32 as in float64', async () => {
    const values = [built.output, ...built.gradients];
    const outputs = Object.fromEntries(values.map((value, index) => [`y${index}`, value]));
    const { model, inputs } = toOnnx(built.graph, { outputs });
    await using session = await runtime.load(model);
    const results = await session.run(toFeeds(built.graph, built.feeds, inputs));
    for (const [index, expected] of evaluateReference(built.graph, values, built.feeds).entries()) {
      const actual = results[`y${index}`] ?? tensor(new Float32Array());
      expect(largestError(toReferenceArray(actual), expected)).toBeLessThan(4e-6);
    }
  });
});

/** A value and its gradient by one input of the given numbers, in float32. */
async function evaluateAt(
  numbers: readonly (readonly number[])[],
  build: (x: Value) => Value,
): Promise<{ readonly values: readonly number[]; readonly slopes: readonly number[] }> {
  const graph = createGraph();
  const dims = [numbers.length, numbers[0]?.length ?? 0];
  const x = graph.input('x', 'float32', dims);
  const values = build(x);
  const [slopes = x] = gradients(reduceSum(values), [x]);
  await using session = await runtime.load(toOnnx(graph, { outputs: { values, slopes } }).model);
  const results = await session.run({ x: tensor(Float32Array.from(numbers.flat()), dims) });
  const read = (name: string): readonly number[] => Array.from(results[name]?.data ?? [], Number);
  return { values: read('values'), slopes: read('slopes') };
}

const constantRow = (x: Value, ...row: readonly number[]): Value =>
  x.graph.constant(tensor(Float32Array.from(row), [1, row.length]));

describe('losses where formulas break', () => {
  it('have the gradient 1/2 - t at a logit of 0, where an untrained model begins', async () => {
    const { slopes } = await evaluateAt([[0, 0]], (x) => sigmoidCrossEntropy(x, constantRow(x, 1, 0)));
    expect(slopes).toEqual([-0.5, 0.5]);
    expect((await evaluateAt([[0]], softplus)).slopes).toEqual([0.5]);
  });

  it.each([1, 2, 3.5])('stay finite for certain predictions, focusing %d', async (focusing) => {
    const certain = [[1e4, -1e4]];
    for (const target of [
      [1, 0],
      [0, 1],
    ]) {
      for (const focal of [softmaxFocalLoss, sigmoidFocalLoss]) {
        const { values, slopes } = await evaluateAt(certain, (x) => focal(x, constantRow(x, ...target), { focusing }));
        expect([...values, ...slopes].every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('stay finite for extreme scores and thresholds that lie together', async () => {
    for (const free of [
      [0, -90, 1],
      [-1e4, 1e4, 1e4],
    ]) {
      for (const target of [0, 1, 2, 3]) {
        const { values, slopes } = await evaluateAt([free], (x) => {
          const thresholds = orderedThresholds(x.graph.apply('Squeeze', [x], { axes: [0] }));
          const targets = constantRow(x, ...[0, 1, 2, 3].map((label) => Number(label === target)));
          return ordinalCrossEntropy({ score: constantRow(x, 1e4), thresholds }, targets);
        });
        expect([...values, ...slopes].every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('give ordered classes probabilities that sum to 1', async () => {
    const { values } = await evaluateAt([[-30], [-1], [0.3], [2], [30]], (score) => {
      const thresholds = score.graph.constant(tensor(Float32Array.of(-1, 0.5, 0.50001, 3)));
      return reduceSum(exp(ordinalLogProbabilities({ score, thresholds })), [1]);
    });
    for (const total of values) expect(total).toBeCloseTo(1, 5);
  });

  it('refuse options without meaning', () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', ['B', 3]);
    expect(() => softmaxFocalLoss(x, x, { focusing: 0.5 })).toThrow('a focusing of 0.5 is neither 0 nor 1 or more');
    expect(() => sigmoidFocalLoss(x, x, { focusing: Number.NaN })).toThrow('a focusing of NaN');
    expect(() => smoothLabels(x, 1)).toThrow('a smoothing of 1 is not from 0 to below 1');
  });
});
