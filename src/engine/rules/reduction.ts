import type { Attributes } from '../graph/operators.ts';
import type { Inputs, Value, ValueType } from '../graph/types.ts';
import { cast, div, equal, mul } from '../ops/elementwise.ts';
import { reduceSum } from '../ops/reduce.ts';
import { expand, otherAxes, unsqueeze } from '../ops/shape.ts';
import { dimensionAt } from '../shape/axes.ts';
import { productOf } from '../shape/dimension.ts';
import type { Lowering, OpRules } from './rule.ts';

type ReduceOp = 'ReduceSum' | 'ReduceMean' | 'ReduceMax';
type Reduction = Attributes<ReduceOp>;

function inferReduction([x]: readonly [Value], { axes, keepDims }: Reduction): ValueType {
  const shape = keepDims
    ? x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
    : otherAxes(x.shape.length, axes).map((axis) => dimensionAt(x.shape, axis));
  return { dtype: x.dtype, shape };
}

/** A reduced value with its reduced axes back, 1 wide. */
function withAxes(reduced: Value, { axes, keepDims }: Reduction): Value {
  return keepDims ? reduced : unsqueeze(reduced, ...axes);
}

/** How many elements went into each mean. */
function countOf(x: Value, axes: readonly number[]): Value {
  const reduced = axes.map((axis) => dimensionAt(x.shape, axis));
  const count = productOf(reduced);
  return typeof count === 'number' ? x.graph.scalar(count) : reduceSum(expand(x.graph.scalar(1), reduced));
}

function lowerReduction(opType: ReduceOp): (lowering: Lowering<Inputs<ReduceOp>, Reduction>) => void {
  return ({ inputs: [x], attributes: { axes, keepDims }, output, emitter }) => {
    const attributes = { keepdims: { int: Number(keepDims) } };
    emitter.emit({ opType, inputs: [x, emitter.int64(axes)], output, attributes });
  };
}

export const reductionRules = {
  ReduceSum: {
    infer: inferReduction,
    vjp: ({ inputs: [x], attributes, cotangent }) => [() => expand(withAxes(cotangent, attributes), x.shape)],
    lower: lowerReduction('ReduceSum'),
  },
  ReduceMean: {
    infer: inferReduction,
    vjp: ({ inputs: [x], attributes, cotangent }) => [
      () => expand(withAxes(div(cotangent, countOf(x, attributes.axes)), attributes), x.shape),
    ],
    lower: lowerReduction('ReduceMean'),
  },
  ReduceMax: {
    infer: inferReduction,
    // Elements that are equally large share the cotangent evenly, as in JAX.
    vjp: ({ inputs: [x], attributes, output, cotangent }) => [
      () => {
        const isLargest = cast(equal(x, withAxes(output, attributes)), 'float32');
        const ties = reduceSum(isLargest, attributes.axes, { keepDims: true });
        return mul(isLargest, div(withAxes(cotangent, attributes), ties));
      },
    ],
    lower: lowerReduction('ReduceMax'),
  },
} satisfies Partial<OpRules>;
