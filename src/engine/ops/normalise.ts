import type { Value } from '../graph/types.ts';
import { normaliseAxis } from '../shape/axes.ts';

export function softmax(x: Value, axis = -1): Value {
  return x.graph.apply('Softmax', [x], { axis: normaliseAxis(axis, x.shape.length) });
}

export function logSoftmax(x: Value, axis = -1): Value {
  return x.graph.apply('LogSoftmax', [x], { axis: normaliseAxis(axis, x.shape.length) });
}

/** Over the last axis; scale and bias have its size (Ba et al., arXiv 1607.06450). */
export function layerNorm(x: Value, scale: Value, bias: Value, epsilon = 1e-5): Value {
  return x.graph.apply('LayerNormalization', [x, scale, bias], { epsilon });
}
