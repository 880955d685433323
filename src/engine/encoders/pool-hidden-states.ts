import type { Value } from '../graph/types.ts';
import { cast, div, max } from '../ops/elementwise.ts';
import { matmul } from '../ops/matrix.ts';
import { reduceSum } from '../ops/reduce.ts';
import { concat, reshape } from '../ops/shape.ts';

/** Masked mean of each hidden state `[B, S, width]` over its tokens, together `[B, states, width]`. */
export function poolHiddenStates(states: readonly Value[], attentionMask: Value): Value {
  const mask = cast(attentionMask, 'float32');
  const count = max(reduceSum(mask, [1], { keepDims: true }), 1);
  // As a product with a row of weights the sum over tokens is one matrix multiplication, without a masked copy.
  const [batch = 1, length = 1] = mask.shape;
  const weights = reshape(div(mask, count), [batch, 1, length]);
  return concat(
    states.map((state) => matmul(weights, state)),
    1,
  );
}
