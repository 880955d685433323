import type { OpType } from '../../src/engine/graph/operators.ts';
import type { Graph, Node, Value } from '../../src/engine/graph/types.ts';
import { liveValues } from '../../src/engine/graph/live-values.ts';
import { factorsOf } from '../../src/engine/shape/dimension.ts';
import type { Shape } from '../../src/engine/shape/dimension.ts';

import type { ReferenceArray } from './reference-array.ts';
import { referenceKernels } from './reference-kernels.ts';

/** Evaluates values of a graph in float64, one operator after the other, by the plainest loops: what every other way is checked against. */
export function evaluateReference(
  graph: Graph,
  outputs: readonly Value[],
  feeds: Readonly<Record<string, ReferenceArray>>,
): readonly ReferenceArray[] {
  const resolve = shapeResolver(graph, feeds);
  const results = new Map<Value, ReferenceArray>();
  const resultOf = (value: Value): ReferenceArray => {
    const result = results.get(value);
    if (result === undefined) throw new Error(`value ${value.id} was not computed`);
    return result;
  };
  for (const value of liveValues(outputs)) {
    const result = evaluate(value, { feeds, resultOf, resolve });
    const expected = resolve(value.shape);
    if (result.dims.join() !== expected.join()) {
      throw new Error(`value ${value.id} has shape [${result.dims.join()}], inferred [${expected.join()}]`);
    }
    results.set(value, result);
  }
  return outputs.map(resultOf);
}

interface Scope {
  readonly feeds: Readonly<Record<string, ReferenceArray>>;
  readonly resultOf: (value: Value) => ReferenceArray;
  readonly resolve: (shape: Shape) => readonly number[];
}

function evaluate({ origin }: Value, scope: Scope): ReferenceArray {
  if (origin.kind === 'node') return applyKernel(origin.node, scope);
  if (origin.kind === 'constant') {
    return { dims: origin.tensor.dims, data: Float64Array.from(origin.tensor.data, Number) };
  }
  const fed = scope.feeds[origin.name];
  if (fed === undefined) throw new Error(`'${origin.name}' was not fed`);
  return fed;
}

function applyKernel<O extends OpType>(node: Node<O>, { resultOf, resolve }: Scope): ReferenceArray {
  return referenceKernels[node.op](node.inputs.map(resultOf), node.attributes, resolve);
}

function shapeResolver(graph: Graph, feeds: Scope['feeds']): Scope['resolve'] {
  const sizes = new Map<string, number>();
  for (const { name, value } of graph.inputs) {
    for (const [axis, dimension] of value.shape.entries()) {
      const size = feeds[name]?.dims[axis];
      if (typeof dimension === 'string' && size !== undefined) sizes.set(dimension, size);
    }
  }
  const sizeOf = (factor: number | string): number => {
    const size = typeof factor === 'number' ? factor : sizes.get(factor);
    if (size === undefined) throw new Error(`the dimension '${factor}' has no size`);
    return size;
  };
  return (shape) =>
    shape.map((dimension) =>
      factorsOf(dimension)
        .map(sizeOf)
        .reduce((left, right) => left * right, 1),
    );
}
