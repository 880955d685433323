import { GraphError } from '../graph-error.ts';
import type { Value, ValueType } from '../graph/types.ts';
import { cast, div, equal, greater, mul, neg } from '../ops/elementwise.ts';
import { add } from '../ops/elementwise.ts';
import { broadcastShapes } from '../shape/broadcast.ts';
import { unbroadcast } from './unbroadcast.ts';
import { lowerTo } from './rule.ts';
import type { OpRules } from './rule.ts';

export function inferBroadcast([left, right]: readonly [Value, Value]): ValueType {
  if (left.dtype !== right.dtype) throw new GraphError(`the operands are ${left.dtype} and ${right.dtype}; cast one`);
  return { dtype: left.dtype, shape: broadcastShapes(left.shape, right.shape) };
}

/** 1 where the first is larger, 1/2 where both are equal, else 0. */
function share(winner: Value, other: Value): Value {
  return add(cast(greater(winner, other), 'float32'), mul(cast(equal(winner, other), 'float32'), 0.5));
}

export const elementwiseBinaryRules = {
  Add: {
    infer: inferBroadcast,
    vjp: ({ inputs: [left, right], cotangent }) => [
      () => unbroadcast(cotangent, left.shape),
      () => unbroadcast(cotangent, right.shape),
    ],
    lower: lowerTo('Add'),
  },
  Sub: {
    infer: inferBroadcast,
    vjp: ({ inputs: [left, right], cotangent }) => [
      () => unbroadcast(cotangent, left.shape),
      () => neg(unbroadcast(cotangent, right.shape)),
    ],
    lower: lowerTo('Sub'),
  },
  Mul: {
    infer: inferBroadcast,
    vjp: ({ inputs: [left, right], cotangent }) => [
      () => unbroadcast(mul(cotangent, right), left.shape),
      () => unbroadcast(mul(cotangent, left), right.shape),
    ],
    lower: lowerTo('Mul'),
  },
  Div: {
    infer: inferBroadcast,
    vjp: ({ inputs: [left, right], output, cotangent }) => [
      () => unbroadcast(div(cotangent, right), left.shape),
      () => neg(unbroadcast(mul(div(cotangent, right), output), right.shape)),
    ],
    lower: lowerTo('Div'),
  },
  Max: {
    infer: inferBroadcast,
    vjp: ({ inputs: [left, right], cotangent }) => [
      () => unbroadcast(mul(cotangent, share(left, right)), left.shape),
      () => unbroadcast(mul(cotangent, share(right, left)), right.shape),
    ],
    lower: lowerTo('Max'),
  },
  Min: {
    infer: inferBroadcast,
    vjp: ({ inputs: [left, right], cotangent }) => [
      () => unbroadcast(mul(cotangent, share(right, left)), left.shape),
      () => unbroadcast(mul(cotangent, share(left, right)), right.shape),
    ],
    lower: lowerTo('Min'),
  },
} satisfies Partial<OpRules>;
