import { describe, expect, it } from 'vitest';
import {
  add,
  cast,
  createGraph,
  gather,
  gelu,
  gradients,
  layerNorm,
  matmul,
  mul,
  reduceMean,
  reshape,
  softmax,
  softmaxCrossEntropy,
  sub,
  sigmoidCrossEntropy,
  squaredError,
  tensor,
  toOnnx,
  transpose,
  unsqueeze,
} from '../../src/engine/index.ts';
import type { Graph, Value } from '../../src/engine/index.ts';
import { createTestRuntime } from '../support/runtime.ts';
import { centralDifferences, largestError, toFeeds, toReferenceArray } from './check-operator.ts';
import type { BuiltCase } from './check-operator.ts';
import { any, caseValues, indices } from './operator-case.ts';
import { evaluateReference } from './reference.ts';
import type { ReferenceArray } from './reference-array.ts';

const sizes = { vocabulary: 7, width: 4, heads: 2, classes: 3 } as const;

/** A block of a BERT encoder over embedded tokens, pooled and classified; batch and length symbolic. */
function buildEncoder(graph: Graph): Value {
  const { vocabulary, width, heads, classes } = sizes;
  const ids = graph.input('ids', 'int32', ['B', 'S']);
  const mask = graph.input('mask', 'int32', ['B', 'S']);
  const weight = (name: string, ...dims: number[]): Value => graph.parameter(name, dims);
  const split = (x: Value): Value => transpose(reshape(x, ['B', 'S', heads, width / heads]), [0, 2, 1, 3]);
  const embedded = layerNorm(
    gather(weight('table', vocabulary, width), ids),
    weight('scale', width),
    weight('bias', width),
  );
  const [queries, keys, values] = ['query', 'key', 'value'].map((name) =>
    split(matmul(embedded, weight(name, width, width))),
  );
  if (queries === undefined || keys === undefined || values === undefined) throw new Error('no projections');
  const hidden = unsqueeze(mul(sub(cast(mask, 'float32'), 1), 10_000), 1, 2);
  const scores = add(mul(matmul(queries, transpose(keys, [0, 1, 3, 2])), 0.5), hidden);
  const attended = reshape(transpose(matmul(softmax(scores), values), [0, 2, 1, 3]), ['B', 'S', width]);
  const block = gelu(add(embedded, matmul(attended, weight('output', width, width))));
  const logits = matmul(reduceMean(block, [1]), weight('head', width, classes));
  const targets = graph.input('targets', 'float32', ['B', classes]);
  return softmaxCrossEntropy(logits, targets, graph.input('weights', 'float32', ['B']));
}

function encoderCase(): BuiltCase {
  const graph = createGraph();
  const loss = buildEncoder(graph);
  const parameters = graph.inputs.filter(({ value }) => value.origin.kind === 'parameter');
  const random = Object.fromEntries(
    parameters.map(({ name, value }, index) => [
      name,
      caseValues({ ...any(...value.shape.map(Number)), range: [-0.8, 0.8] }, index),
    ]),
  );
  const fixed = (integers: readonly number[], ...dims: readonly number[]): ReferenceArray =>
    caseValues(indices(integers, ...dims), 0);
  const feeds = {
    ...random,
    ids: fixed([1, 5, 5, 2, 0, 1], 2, 3),
    mask: fixed([1, 1, 1, 1, 1, 0], 2, 3),
    targets: fixed([1, 0, 0, 0, 1, 0], 2, 3),
    weights: fixed([1, 0.5], 2),
  };
  return {
    graph,
    output: loss,
    loss,
    gradients: gradients(
      loss,
      parameters.map(({ value }) => value),
    ),
    differentiable: parameters.map(({ name }) => name),
    feeds,
  };
}

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
