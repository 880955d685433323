import { describe, expect, it } from 'vitest';
import {
  add,
  createGraph,
  decodeModel,
  expand,
  matmul,
  mul,
  reduceSum,
  reshape,
  tensor,
  toOnnx,
} from '../../../../src/engine/index.ts';
import type { Graph, OnnxFile } from '../../../../src/engine/index.ts';
import { createTestRuntime } from '../../../support/runtime.ts';

const weight = tensor(
  Float32Array.from({ length: 32 * 16 }, (_, index) => index / 64),
  [32, 16],
);

function linearGraph(): Graph {
  const graph = createGraph();
  const x = graph.input('x', 'float32', ['B', 32]);
  graph.output('y', add(matmul(x, graph.parameter('w', [32, 16])), graph.parameter('b', [16])));
  return graph;
}

const names = (values: readonly { readonly name: string }[]): readonly string[] => values.map(({ name }) => name);

describe('toOnnx', () => {
  it('writes opset 20 of IR 9', () => {
    const { irVersion, opsetImports } = decodeModel(toOnnx(linearGraph()).model);
    expect(irVersion).toBe(9);
    expect(opsetImports.map(({ domain, version }) => [domain, version])).toEqual([['', 20]]);
  });

  it('gives equal bytes for equal graphs', () => {
    expect(toOnnx(linearGraph()).model).toEqual(toOnnx(linearGraph()).model);
  });

  it('feeds parameters unless they are given as weights', () => {
    const { model, inputs } = toOnnx(linearGraph(), { weights: { w: weight } });
    const { graph } = decodeModel(model);
    expect(inputs).toEqual(['x', 'b']);
    expect(names(graph.inputs)).toEqual(['x', 'b']);
    expect(names(graph.initializers)).toEqual(['w']);
  });

  it('moves large weights to a file beside the model', () => {
    const externalData = { location: 'weights.bin' };
    const { model, chunks, weightsSizeBytes } = toOnnx(linearGraph(), { weights: { w: weight }, externalData });
    const [tensorInFile] = decodeModel(model).graph.initializers;
    expect(weightsSizeBytes).toBe(2048);
    expect(chunks.map(({ offset, bytes }) => [offset, bytes.length])).toEqual([[0, 2048]]);
    // The bytes are the weight's own, not a copy.
    expect(chunks[0]?.bytes.buffer).toBe(weight.data.buffer);
    expect(tensorInFile?.externalData.find(({ key }) => key === 'location')?.value).toBe('weights.bin');
  });

  it('leaves out what leads to no output', () => {
    const graph = linearGraph();
    const [x] = graph.inputs;
    if (x === undefined) throw new Error('no input');
    const { model, inputs } = toOnnx(graph, { outputs: { sum: reduceSum(x.value) } });
    expect(inputs).toEqual(['x']);
    expect(decodeModel(model).graph.nodes.map(({ opType }) => opType)).toEqual(['ReduceSum']);
  });

  it('gives one value under two names, and inputs and constants as outputs', async () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', [2]);
    const doubled = mul(x, 2);
    const outputs = { first: doubled, second: doubled, same: x, constant: graph.scalar(5) };
    await using session = await createTestRuntime().load(toOnnx(graph, { outputs }).model);
    const results = await session.run({ x: tensor(Float32Array.of(1, 2)) });
    const numbers = Object.entries(results).map(([name, { data }]) => [name, Array.from(data, Number)]);
    expect(Object.fromEntries(numbers)).toEqual({ first: [2, 4], second: [2, 4], same: [1, 2], constant: [5] });
  });

  it('reads no size when it runs where the symbolic sizes are given', async () => {
    const graph = createGraph();
    const x = graph.input('x', 'float32', ['B', 'S', 2]);
    graph.output('y', expand(reshape(x, ['2*S', 'B']), [3, '2*S', 'B']));
    const opTypes = (file: OnnxFile): readonly string[] =>
      decodeModel(file.model).graph.nodes.map((node) => node.opType);
    expect(opTypes(toOnnx(graph))).toContain('Shape');
    const fixed = toOnnx(graph, { sizes: { B: 2, S: 3 } });
    expect(opTypes(fixed)).toEqual(['Reshape', 'Expand']);
    await using session = await createTestRuntime().load(fixed.model);
    const { y } = await session.run({
      x: tensor(
        Float32Array.from({ length: 12 }, (_, index) => index),
        [2, 3, 2],
      ),
    });
    expect(y?.dims).toEqual([3, 6, 2]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses the size %d', (size) => {
    expect(() => toOnnx(linearGraph(), { sizes: { B: size } })).toThrow(`the dimension 'B' cannot be ${size}`);
  });
});
