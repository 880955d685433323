import { describe, expect, it } from 'vitest';
import {
  add,
  concat,
  createGraph,
  formatGraph,
  gather,
  gelu,
  gradients,
  linear,
  matmul,
  mul,
  reduceSum,
  reshape,
  slice,
  squeeze,
  sub,
  tensor,
  toOnnx,
} from '../../../../src/engine/index.ts';
import type { Graph, Value } from '../../../../src/engine/index.ts';

function operatorsOf(graph: Graph): readonly string[] {
  return graph.values.flatMap(({ origin }) => (origin.kind === 'node' ? [origin.node.op] : []));
}

function twoLayers(): { readonly graph: Graph; readonly loss: Value; readonly weights: readonly Value[] } {
  const graph = createGraph();
  const x = graph.input('x', 'float32', ['B', 4]);
  const first = graph.parameter('first', [4, 3]);
  const second = graph.parameter('second', [3, 2]);
  const bias = graph.parameter('bias', [2]);
  return { graph, loss: reduceSum(linear(gelu(matmul(x, first)), second, bias)), weights: [first, second, bias] };
}

describe('a graph', () => {
  it('prints as text that can be read', () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', ['B', 2]);
    graph.output('y', add(matmul(x, graph.parameter('w', [2, 3])), 1));
    expect(formatGraph(graph).split('\n')).toEqual([
      'input x: float32 [B, 2]',
      'parameter w: float32 [2, 3]',
      '%2 = MatMul(x, w): float32 [B, 3]',
      '1 = constant: float32 []',
      '%4 = Add(%2, 1): float32 [B, 3]',
      'output y = %4',
    ]);
  });

  it('gives an equal expression the value it already has', () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', [2]);
    expect(mul(x, 2)).toBe(mul(x, 2));
    expect(mul(x, 2)).not.toBe(mul(x, 3));
    expect(reshape(x, [2])).toBe(x);
  });

  it('infers symbolic shapes', () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', ['B', 'S', 6]);
    expect(reshape(x, ['B*S', 6]).shape).toEqual(['B*S', 6]);
    expect(reshape(x, ['6*B*S']).shape).toEqual(['6*B*S']);
    expect(add(x, graph.input('y', 'float32', ['S', 1])).shape).toEqual(['B', 'S', 6]);
    expect(gather(x, graph.input('i', 'int32', ['N']), 1).shape).toEqual(['B', 'N', 6]);
  });
});

describe('a mistake in a graph', () => {
  const graph = createGraph();
  const x = graph.input('x', 'float32', ['B', 3]);
  const y = graph.input('y', 'float32', [2, 3]);
  const ids = graph.input('ids', 'int32', [2]);
  const mistakes: readonly (readonly [string, () => unknown, string])[] = [
    ['factors that do not fit', () => matmul(x, y), 'MatMul: [B, 3] and [2, 3] cannot be multiplied'],
    ['shapes that do not broadcast', () => add(x, y), 'Add: [B, 3] and [2, 3] do not broadcast'],
    ['types that differ', () => add(x, ids), 'Add: the operands are float32 and int32; cast one'],
    [
      'another number of elements',
      () => reshape(x, ['B', 4]),
      'Reshape: [B, 3] and [B, 4] hold different numbers of elements',
    ],
    ['an axis that is not there', () => reduceSum(x, [2]), 'axis 2 is outside of a shape with 2 axes'],
    ['a slice of a symbolic axis', () => slice(x, 0, 0, 1), 'Slice: axis 0 is symbolic; gather from it instead'],
    ['a squeeze of a wide axis', () => squeeze(y, 0), 'Squeeze: [2, 3] is not 1 wide at every axis of [0]'],
    ['float indices', () => gather(x, y), 'Gather: indices are float32, not int32 or int64'],
    [
      'parts that do not fit',
      () => concat([x, y], 1),
      'Concat: float32 [B, 3] and float32 [2, 3] cannot be joined at axis 1',
    ],
    [
      'a name used twice',
      () => graph.input('x', 'float32', []),
      "the graph already has an input, parameter or output 'x'",
    ],
    ['a strange dimension', () => graph.input('z', 'float32', [-1]), "'z' cannot have the dimension '-1'"],
    ['a value of another graph', () => add(x, createGraph().scalar(1)), 'Add was given a value of another graph'],
    ['two numbers', () => sub(1, 2), 'one of two operands must be a value of a graph'],
    ['a gradient of a vector', () => gradients(x, [x]), 'a gradient needs a float32 scalar, not float32 [B, 3]'],
    ['data of another size', () => tensor(new Float32Array(3), [2, 2]), '[2, 2] holds 4 elements, but 3 were given'],
    [
      'an output named like an input',
      () => toOnnx(graph, { outputs: { y: x } }),
      "the output 'y' has the name of an input",
    ],
    ['no outputs', () => toOnnx(createGraph()), 'the graph has no outputs'],
    [
      'a weight of another shape',
      () => {
        const weights = { w: tensor(new Float32Array(2)) };
        const other = createGraph();
        other.output('y', mul(other.parameter('w', [3]), 2));
        toOnnx(other, { weights });
      },
      "the weight 'w' is float32 [2], not float32 [3]",
    ],
  ];

  it.each(mistakes)('%s is refused with a reason', (_, make, message) => {
    expect(make).toThrow(new RegExp(`^${message.replaceAll(/[[\]().*+]/g, String.raw`\$&`)}$`));
  });
});

describe('gradients', () => {
  it('emit nothing for what is frozen', () => {
    const { graph, loss, weights } = twoLayers();
    const before = operatorsOf(graph).length;
    const [, , bias] = weights;
    gradients(loss, bias === undefined ? [] : [bias]);
    // Only the bias: the upstream ones, and their sum over rows.
    const added = operatorsOf(graph).slice(before);
    expect(added).not.toContain('Gemm');
    expect(added).not.toContain('Erf');
  });

  it('are zeros for what the loss does not depend on', () => {
    const { graph, loss } = twoLayers();
    const stranger = graph.parameter('stranger', [5]);
    expect(gradients(loss, [stranger])[0]?.shape).toEqual([5]);
  });

  it('have the shape of what they are taken by', () => {
    const { loss, weights } = twoLayers();
    expect(gradients(loss, weights).map(({ shape }) => shape)).toEqual(weights.map(({ shape }) => shape));
  });

  it('can be differentiated again', () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', []);
    const [slope = x] = gradients(mul(mul(x, x), x), [x]);
    const [curvature] = gradients(slope, [x]);
    expect(curvature?.shape).toEqual([]);
  });
});
