import type { Value } from '../graph/types.ts';
import type { DType } from '../tensor.ts';
import { toOperands } from './operand.ts';
import type { Operand } from './operand.ts';

type BinaryOp = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Max' | 'Min' | 'Equal' | 'Greater';
type UnaryOp = 'Neg' | 'Sqrt' | 'Exp' | 'Log' | 'Erf' | 'Tanh' | 'Sigmoid' | 'Relu' | 'Gelu';

function binary(op: BinaryOp): (left: Operand, right: Operand) => Value {
  return (left, right) => {
    const operands = toOperands(left, right);
    return operands[0].graph.apply(op, operands, {});
  };
}

function unary(op: UnaryOp): (x: Value) => Value {
  return (x) => x.graph.apply(op, [x], {});
}

// Operands broadcast against each other, aligned at the last axis.
export const add = binary('Add');
export const sub = binary('Sub');
export const mul = binary('Mul');
export const div = binary('Div');
/** Larger of two; at equality each gets half of the gradient, as in PyTorch. */
export const max = binary('Max');
export const min = binary('Min');
/** Bool; without gradient, as `greater`. */
export const equal = binary('Equal');
export const greater = binary('Greater');

export const neg = unary('Neg');
export const sqrt = unary('Sqrt');
export const exp = unary('Exp');
/** Natural logarithm. */
export const log = unary('Log');
export const erf = unary('Erf');
export const tanh = unary('Tanh');
export const sigmoid = unary('Sigmoid');
/** Gradient 0 at 0. */
export const relu = unary('Relu');
/** The exact form, x times the normal distribution function (Hendrycks and Gimpel, arXiv 1606.08415). */
export const gelu = unary('Gelu');

/** x to a constant power. */
export function pow(x: Value, exponent: number): Value {
  return x.graph.apply('Pow', [x], { exponent });
}

export function square(x: Value): Value {
  return mul(x, x);
}

/** Gradient 0 at 0. */
export function absolute(x: Value): Value {
  return max(x, neg(x));
}

/** log(1 + exp(x)), never of a positive power. */
export function softplus(x: Value): Value {
  // max, not relu: at 0 its gradient is 1/2, and so is this function's.
  return add(max(x, 0), log(add(exp(neg(absolute(x))), 1)));
}

/** log(sigmoid(x)) */
export function logSigmoid(x: Value): Value {
  return neg(softplus(neg(x)));
}

/** `then` where the condition (bool) holds, `otherwise` elsewhere; all three broadcast. */
export function where(condition: Value, then: Operand, otherwise: Operand): Value {
  const { graph } = condition;
  const [yes, no] =
    typeof then === 'number' && typeof otherwise === 'number'
      ? [graph.scalar(then), graph.scalar(otherwise)]
      : toOperands(then, otherwise);
  return graph.apply('Where', [condition, yes, no], {});
}

/** Without gradient unless the type stays. */
export function cast(x: Value, to: DType): Value {
  return x.dtype === to ? x : x.graph.apply('Cast', [x], { to });
}
