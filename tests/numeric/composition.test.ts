import { describe, expect, it } from 'vitest';
import {
  createGraph,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  squaredError,
  tensor,
  toOnnx,
} from '../../src/engine/index.ts';
import type { Value } from '../../src/engine/index.ts';
import { createTestRuntime } from '../support/runtime.ts';
import { centralDifferences, largestError, toFeeds, toReferenceArray } from './check-operator.ts';
import { encoderCase } from './encoder-case.ts';
import { evaluateReference } from './reference.ts';

describe('a block of an encoder', () => {
  const built = encoderCase();
  const expected = evaluateReference(built.graph, built.gradients, built.feeds);

  it('has the gradients that central differences give, through embeddings, attention and normalisation', () => {
    for (const [index, difference] of centralDifferences(built).entries()) {
      expect(largestError(expected[index] ?? difference, difference), built.differentiable[index]).toBeLessThan(1e-6);
    }
  });

  it('runs backward in float32 as in float64, with symbolic batch and length', async () => {
    const outputs = Object.fromEntries(built.gradients.map((value, index) => [`y${index}`, value]));
    const { model, inputs } = toOnnx(built.graph, { outputs });
    await using session = await createTestRuntime().load(model);
    const results = await session.run(toFeeds(built.graph, built.feeds, inputs));
    for (const [index, exact] of expected.entries()) {
      const actual = results[`y${index}`];
      if (actual === undefined) throw new Error(`no output y${index}`);
      expect(largestError(toReferenceArray(actual), exact), built.differentiable[index]).toBeLessThan(2e-6);
    }
  });
});

type Rows = readonly (readonly number[])[];

async function lossOf(
  build: (predictions: Value, targets: Value, weights: Value) => Value,
  {
    predictions,
    targets,
    weights,
  }: { readonly predictions: Rows; readonly targets: Rows; readonly weights: readonly number[] },
): Promise<number> {
  const graph = createGraph();
  const dims = [predictions.length, predictions[0]?.length ?? 0] as const;
  const rows = (name: string): Value => graph.input(name, 'float32', ['B', dims[1]]);
  const loss = build(rows('x'), rows('t'), graph.input('w', 'float32', ['B']));
  await using session = await createTestRuntime().load(toOnnx(graph, { outputs: { loss } }).model);
  const results = await session.run({
    x: tensor(Float32Array.from(predictions.flat()), dims),
    t: tensor(Float32Array.from(targets.flat()), dims),
    w: tensor(Float32Array.from(weights)),
  });
  return Number(results['loss']?.data[0]);
}

describe('losses', () => {
  it('are unchanged by padding rows of weight 0', async () => {
    const [predictions, targets] = [
      [
        [1, -2],
        [0.5, 3],
      ],
      [
        [1, 0],
        [0.3, 0.7],
      ],
    ];
    const alone = await lossOf(softmaxCrossEntropy, { predictions, targets, weights: [0.5, 0.5] });
    const padded = {
      predictions: [...predictions, [900, -900]],
      targets: [...targets, [0, 1]],
      weights: [0.5, 0.5, 0],
    };
    expect(await lossOf(softmaxCrossEntropy, padded)).toBe(alone);
  });

  it('are those of their definitions', async () => {
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
    const one = { targets: [[1, 0]], weights: [1] };
    expect(await lossOf(softmaxCrossEntropy, { predictions: [[1, -2]], ...one })).toBeCloseTo(
      Math.log(1 + Math.exp(-3)),
      6,
    );
    expect(await lossOf(sigmoidCrossEntropy, { predictions: [[2, -1]], ...one })).toBeCloseTo(
      -Math.log(sigmoid(2)) - Math.log(1 - sigmoid(-1)),
      6,
    );
    expect(await lossOf(squaredError, { predictions: [[4, -1]], ...one })).toBe(10);
  });

  it('stay finite for extreme logits', async () => {
    const extreme = { predictions: [[1e4, -1e4]], weights: [1] };
    expect(await lossOf(softmaxCrossEntropy, { ...extreme, targets: [[0, 1]] })).toBe(2e4);
    expect(await lossOf(sigmoidCrossEntropy, { ...extreme, targets: [[0, 0]] })).toBe(1e4);
  });
});
