import type { Value } from '../graph/types.ts';
import { normaliseAxes, rangeOf } from '../shape/axes.ts';

interface ReduceOptions {
  /** Axes of size 1 stay in place of the reduced ones. */
  readonly keepDims?: boolean;
}

type ReduceOp = 'ReduceSum' | 'ReduceMean' | 'ReduceMax';

function reduction(op: ReduceOp): (x: Value, axes?: readonly number[], options?: ReduceOptions) => Value {
  return (x, axes, { keepDims = false } = {}) => {
    const rank = x.shape.length;
    const reduced = axes === undefined ? rangeOf(rank) : normaliseAxes(axes, rank);
    return reduced.length === 0 ? x : x.graph.apply(op, [x], { axes: reduced, keepDims });
  };
}

// Without axes: over all of them, to a scalar.
export const reduceSum = reduction('ReduceSum');
export const reduceMean = reduction('ReduceMean');
/** Equal largest elements share the gradient, as PyTorch's amax. */
export const reduceMax = reduction('ReduceMax');
