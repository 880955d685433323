import type { Value } from '../graph/types.ts';
import { normaliseAxis } from '../shape/axes.ts';

/**
 * Slices of `data` along an axis at the given indices (int32 or int64, any shape, 0 or more): an embedding look-up with axis 0.
 * Its gradient sums over repeated indices.
 */
export function gather(data: Value, indices: Value, axis = 0): Value {
  return data.graph.apply('Gather', [data, indices], { axis: normaliseAxis(axis, data.shape.length) });
}

/** One element of `data` per index along an axis; indices have data's rank. */
export function gatherElements(data: Value, indices: Value, axis: number): Value {
  return data.graph.apply('GatherElements', [data, indices], { axis: normaliseAxis(axis, data.shape.length) });
}

/** `data` plus every update at its index along an axis; repeated indices are summed. */
export function scatterElementsAdd(data: Value, indices: Value, updates: Value, axis: number): Value {
  const attributes = { axis: normaliseAxis(axis, data.shape.length) };
  return data.graph.apply('ScatterElementsAdd', [data, indices, updates], attributes);
}
