import { GraphError } from '../graph-error.ts';
import type { OpType } from '../graph/operators.ts';
import type { Inputs, Node, Value } from '../graph/types.ts';
import { add } from '../ops/elementwise.ts';
import { expand } from '../ops/shape.ts';
import type { Cotangents } from '../rules/rule.ts';
import { rules } from '../rules/rules.ts';
import { formatShape } from '../shape/dimension.ts';

/**
 * Gradients of a scalar by the given values, as new values of the same graph, in the same order. Nothing is added for values that no
 * wanted gradient passes through; a value that the loss does not depend on gets zeros.
 *
 * @throws GraphError when the loss is not a float32 scalar.
 */
export function gradients(loss: Value, by: readonly Value[]): readonly Value[] {
  if (loss.shape.length > 0 || loss.dtype !== 'float32') {
    throw new GraphError(`a gradient needs a float32 scalar, not ${loss.dtype} ${formatShape(loss.shape)}`);
  }
  const path = dependents(loss, by);
  const cotangents = new Map<Value, Value>([[loss, loss.graph.scalar(1)]]);
  // Ids grow along every path, so each cotangent is complete when its value is reached.
  for (const value of [...path].sort((left, right) => right.id - left.id)) {
    const cotangent = cotangents.get(value);
    if (cotangent !== undefined && value.origin.kind === 'node') {
      accumulate(value.origin.node, { output: value, cotangent, path, cotangents });
    }
  }
  return by.map((value) => cotangents.get(value) ?? expand(loss.graph.scalar(0), value.shape));
}

interface Accumulation {
  readonly output: Value;
  readonly cotangent: Value;
  readonly path: ReadonlySet<Value>;
  readonly cotangents: Map<Value, Value>;
}

function accumulate(node: Node, { output, cotangent, path, cotangents }: Accumulation): void {
  const thunks: readonly ((() => Value) | null)[] = pullBack(node, output, cotangent);
  for (const [index, input] of node.inputs.entries()) {
    const thunk = thunks[index] ?? null;
    if (thunk === null || !path.has(input)) continue;
    const known = cotangents.get(input);
    cotangents.set(input, known === undefined ? thunk() : add(known, thunk()));
  }
}

function pullBack<O extends OpType>(node: Node<O>, output: Value, cotangent: Value): Cotangents<Inputs<O>> {
  return rules[node.op].vjp({ inputs: node.inputs, attributes: node.attributes, output, cotangent });
}

/** The values up to the loss that depend on one of `by`, these included. */
function dependents(loss: Value, by: readonly Value[]): ReadonlySet<Value> {
  const found = new Set<Value>(by);
  for (const value of loss.graph.values.slice(0, loss.id + 1)) {
    if (value.origin.kind === 'node' && value.origin.node.inputs.some((input) => found.has(input))) found.add(value);
  }
  return found;
}
