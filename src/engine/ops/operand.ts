import { GraphError } from '../graph-error.ts';
import type { Value } from '../graph/types.ts';

/** A value, or a number that becomes a scalar of the other operand's type. */
export type Operand = Value | number;

export function toOperands(left: Operand, right: Operand): readonly [Value, Value] {
  if (typeof left !== 'number') {
    return [left, typeof right === 'number' ? left.graph.scalar(right, left.dtype) : right];
  }
  if (typeof right === 'number') throw new GraphError('one of two operands must be a value of a graph');
  return [right.graph.scalar(left, right.dtype), right];
}
