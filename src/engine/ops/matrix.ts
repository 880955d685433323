import type { Value } from '../graph/types.ts';
import { normaliseAxis, rangeOf } from '../shape/axes.ts';
import { add } from './elementwise.ts';

/** Matrix product over the last two axes; axes before them broadcast. Both need at least two axes. */
export function matmul(left: Value, right: Value): Value {
  return left.graph.apply('MatMul', [left, right], {});
}

interface GemmOptions {
  readonly transposeLeft?: boolean;
  readonly transposeRight?: boolean;
}

/** Product of two matrices, each transposed first where said. */
export function gemm(left: Value, right: Value, options: GemmOptions = {}): Value {
  const { transposeLeft = false, transposeRight = false } = options;
  return left.graph.apply('Gemm', [left, right], { transposeLeft, transposeRight });
}

/** x [..., in] times weight [in, out] plus bias [out]. */
export function linear(x: Value, weight: Value, bias: Value): Value {
  return add(matmul(x, weight), bias);
}

/** Axis i of the result is axis `permutation[i]` of x; without a permutation the axes are reversed. */
export function transpose(x: Value, permutation?: readonly number[]): Value {
  const rank = x.shape.length;
  const order = permutation?.map((axis) => normaliseAxis(axis, rank)) ?? rangeOf(rank).toReversed();
  return x.graph.apply('Transpose', [x], { permutation: order });
}

/** The last two axes exchanged. */
export function transposeMatrix(x: Value): Value {
  const rank = x.shape.length;
  const batch = rangeOf(Math.max(0, rank - 2));
  return transpose(x, [...batch, rank - 1, rank - 2]);
}
