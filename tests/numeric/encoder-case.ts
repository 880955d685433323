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
  transpose,
  unsqueeze,
} from '../../src/engine/index.ts';
import type { Graph, Value } from '../../src/engine/index.ts';
import type { BuiltCase } from './check-operator.ts';
import { any, caseValues, indices } from './operator-case.ts';
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

/** With feeds of two texts of three tokens, one of them padded, and the gradients of all parameters. */
export function encoderCase(): BuiltCase {
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
