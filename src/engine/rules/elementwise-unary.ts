import { GraphError } from '../graph-error.ts';
import type { Attributes } from '../graph/operators.ts';
import type { Inputs, Value, ValueType } from '../graph/types.ts';
import { add, cast, div, erf, exp, greater, mul, neg, pow, square, sub } from '../ops/elementwise.ts';
import { lowerTo } from './rule.ts';
import type { OpRule, OpRules } from './rule.ts';

type UnaryRule = OpRule<Inputs<'Neg'>, Attributes<'Neg'>>;

function inferFloat([x]: readonly [Value]): ValueType {
  if (x.dtype !== 'float32') throw new GraphError(`the operand is ${x.dtype}; cast it to float32`);
  return { dtype: x.dtype, shape: x.shape };
}

/** A rule from the derivative, given operand and result. */
function unary(opType: string, derivative: (x: Value, y: Value) => Value): UnaryRule {
  return {
    infer: inferFloat,
    vjp: ({ inputs: [x], output, cotangent }) => [() => mul(cotangent, derivative(x, output))],
    lower: lowerTo(opType),
  };
}

const normalDensity = (x: Value): Value => mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
const normalDistribution = (x: Value): Value => mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);

export const elementwiseUnaryRules = {
  Neg: { infer: inferFloat, vjp: ({ cotangent }) => [() => neg(cotangent)], lower: lowerTo('Neg') },
  Sqrt: {
    infer: inferFloat,
    vjp: ({ output, cotangent }) => [() => div(mul(cotangent, 0.5), output)],
    lower: lowerTo('Sqrt'),
  },
  Log: {
    infer: inferFloat,
    vjp: ({ inputs: [x], cotangent }) => [() => div(cotangent, x)],
    lower: lowerTo('Log'),
  },
  Exp: unary('Exp', (_, y) => y),
  Erf: unary('Erf', (x) => mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
  Tanh: unary('Tanh', (_, y) => sub(1, square(y))),
  Sigmoid: unary('Sigmoid', (_, y) => mul(y, sub(1, y))),
  Relu: unary('Relu', (x) => cast(greater(x, 0), 'float32')),
  Gelu: {
    // x P(x) has the derivative P(x) + x p(x), of the normal distribution and its density.
    ...unary('Gelu', (x) => add(normalDistribution(x), mul(x, normalDensity(x)))),
    lower: ({ inputs, output, emitter }) => {
      emitter.emit({ opType: 'Gelu', inputs, output, attributes: { approximate: { string: 'none' } } });
    },
  },
  Pow: {
    infer: inferFloat,
    vjp: ({ inputs: [x], attributes: { exponent }, cotangent }) => [
      () => mul(cotangent, mul(pow(x, exponent - 1), exponent)),
    ],
    lower: ({ inputs: [x], attributes: { exponent }, output, emitter }) => {
      emitter.emit({ opType: 'Pow', inputs: [x, emitter.float32(exponent)], output });
    },
  },
} satisfies Partial<OpRules>;
