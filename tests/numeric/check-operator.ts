import { createGraph, gradients, mul, reduceSum, tensor } from '../../src/engine/index.ts';
import type { Graph, Tensor, Value } from '../../src/engine/index.ts';
import { caseValues } from './operator-case.ts';
import type { OperatorCase } from './operator-case.ts';
import { evaluateReference } from './reference.ts';
import { mapArrays, sizeOfDims } from './reference-array.ts';
import type { ReferenceArray } from './reference-array.ts';

/** An operator's case as a graph with its gradients: the loss is the output weighted by fixed numbers and summed. */
export interface BuiltCase {
  readonly graph: Graph;
  readonly output: Value;
  readonly loss: Value;
  /** By every float32 input, in order. */
  readonly gradients: readonly Value[];
  readonly differentiable: readonly string[];
  readonly feeds: Readonly<Record<string, ReferenceArray>>;
}

export function buildCase({ inputs, build }: OperatorCase): BuiltCase {
  const graph = createGraph();
  const values = inputs.map(({ shape, integers }, index) =>
    graph.input(`x${index}`, integers === null ? 'float32' : 'int32', shape),
  );
  const output = build(values);
  const weights = graph.input('weights', 'float32', output.shape);
  const loss = reduceSum(mul(output, weights));
  const floats = values.filter(({ dtype }) => dtype === 'float32');
  const fed: Record<string, ReferenceArray> = Object.fromEntries(
    inputs.map((input, index) => [`x${index}`, caseValues(input, index)]),
  );
  const dims = outputDims(graph, output, fed);
  const feeds = { ...fed, weights: caseValues({ dims, range: [-1, 1], integers: null, shape: dims }, 99) };
  const differentiable = graph.inputs.filter(({ value }) => floats.includes(value)).map(({ name }) => name);
  return { graph, output, loss, gradients: gradients(loss, floats), differentiable, feeds };
}

function outputDims(graph: Graph, output: Value, feeds: BuiltCase['feeds']): readonly number[] {
  const [result] = evaluateReference(graph, [output], feeds);
  if (result === undefined) throw new Error('nothing was computed');
  return result.dims;
}

/** The gradients by (f(x + h) - f(x - h)) / 2h in float64, element for element. */
export function centralDifferences({ graph, loss, differentiable, feeds }: BuiltCase): readonly ReferenceArray[] {
  const step = 1e-5;
  const lossAt = (moved: BuiltCase['feeds']): number =>
    evaluateReference(graph, [loss], moved)[0]?.data[0] ?? Number.NaN;
  return differentiable.map((name) => {
    const array = feeds[name];
    if (array === undefined) throw new Error(`'${name}' was not fed`);
    const slope = (position: number): number => {
      const moved = (by: number): ReferenceArray => {
        const data = array.data.slice();
        data[position] = (data[position] ?? 0) + by;
        return { dims: array.dims, data };
      };
      return (lossAt({ ...feeds, [name]: moved(step) }) - lossAt({ ...feeds, [name]: moved(-step) })) / (2 * step);
    };
    return {
      dims: array.dims,
      data: Float64Array.from({ length: sizeOfDims(array.dims) }, (_, index) => slope(index)),
    };
  });
}

export function toFeeds(graph: Graph, arrays: BuiltCase['feeds'], names: readonly string[]): Record<string, Tensor> {
  const needed = graph.inputs.filter(({ name }) => names.includes(name));
  return Object.fromEntries(
    needed.map(({ name, value }) => {
      const { dims, data } = arrays[name] ?? { dims: [], data: new Float64Array() };
      return [name, tensor(value.dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data), dims)];
    }),
  );
}

export function toReferenceArray({ dims, data }: Tensor): ReferenceArray {
  return { dims, data: Float64Array.from(data, Number) };
}

/** Largest difference relative to the larger of 1 and the expected number; Infinity for different shapes. */
export function largestError(actual: ReferenceArray, expected: ReferenceArray): number {
  if (actual.dims.join() !== expected.dims.join()) return Infinity;
  const errors = mapArrays(
    [actual, expected],
    (is = Number.NaN, should = 0) => Math.abs(is - should) / Math.max(1, Math.abs(should)),
  );
  return errors.data.reduce((largest, error) => (error <= largest ? largest : error), 0);
}
