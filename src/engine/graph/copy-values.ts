import type { OpType } from './operators.ts';
import type { Graph, Node, Value } from './types.ts';
import { liveValues } from './live-values.ts';

/**
 * The values and what they are made of once more in another graph. Inputs and parameters are declared there too, but for those
 * that `substitutes` has a value of that graph for.
 */
export function copyValues(
  values: readonly Value[],
  target: Graph,
  substitutes: ReadonlyMap<Value, Value>,
): (value: Value) => Value {
  const copies = new Map<Value, Value>(substitutes);
  const copyOf = (value: Value): Value => {
    const copy = copies.get(value);
    if (copy === undefined) throw new Error(`internal: value ${value.id} was not copied`);
    return copy;
  };
  for (const value of liveValues(values)) {
    if (!copies.has(value)) copies.set(value, copyValue(value, target, copyOf));
  }
  return copyOf;
}

function copyValue({ origin, dtype, shape }: Value, target: Graph, copyOf: (value: Value) => Value): Value {
  switch (origin.kind) {
    case 'input':
      return target.input(origin.name, dtype, shape);
    case 'parameter':
      return target.parameter(origin.name, shape.map(Number));
    case 'constant':
      return origin.tensor.dims.length === 0 && dtype !== 'bool'
        ? target.scalar(Number(origin.tensor.data[0]), dtype)
        : target.constant(origin.tensor);
    case 'node':
      return copyNode(origin.node, target, copyOf);
    default:
      return origin satisfies never;
  }
}

function copyNode<O extends OpType>(
  { op, inputs, attributes }: Node<O>,
  target: Graph,
  copyOf: (value: Value) => Value,
): Value {
  return target.apply(op, inputs.map(copyOf), attributes);
}
