import type { Value } from '../graph/types.ts';
import { reduceSum } from '../ops/reduce.ts';
import { rangeOf } from '../shape/axes.ts';
import type { Shape } from '../shape/dimension.ts';

/** A cotangent summed over the axes along which its operand was repeated. */
export function unbroadcast(cotangent: Value, shape: Shape): Value {
  const added = cotangent.shape.length - shape.length;
  const trimmed = added === 0 ? cotangent : reduceSum(cotangent, rangeOf(added));
  const repeated = rangeOf(shape.length).filter((axis) => shape[axis] === 1 && trimmed.shape[axis] !== 1);
  return repeated.length === 0 ? trimmed : reduceSum(trimmed, repeated, { keepDims: true });
}
