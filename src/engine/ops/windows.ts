import type { Value } from '../graph/types.ts';
import { dimensionAt, rangeOf, staticDimensionAt } from '../shape/axes.ts';
import type { Dimension } from '../shape/dimension.ts';
import { countWindows } from '../shape/sliding.ts';
import type { Sliding } from '../shape/sliding.ts';
import { add } from './elementwise.ts';
import { concat, pad, reshape, slice } from './shape.ts';

interface Layout {
  readonly count: number;
  /** Blocks of one stride that a window touches. */
  readonly blocks: number;
  /** Elements that all windows touch together, in whole blocks. */
  readonly covered: number;
}

function layOut(length: number, sliding: Sliding): Layout {
  const count = countWindows(length, sliding);
  const blocks = Math.ceil(sliding.size / sliding.stride);
  return { count, blocks, covered: (count + blocks - 1) * sliding.stride };
}

/**
 * The windows along an axis of known size, which becomes two axes: [windows, size]. Built of blocks of one stride, so that windows
 * that overlap cost one copy per block and those that do not cost none.
 */
export function unfold(x: Value, axis: number, sliding: Sliding): Value {
  const { count, blocks, covered } = layOut(staticDimensionAt(x.shape, axis), sliding);
  const split = [covered / sliding.stride, sliding.stride];
  const rows = reshape(cut(x, axis, -sliding.before, covered - sliding.before), withAxes(x, axis, split, 1));
  const parts = rangeOf(blocks).map((block) => slice(rows, axis, block, block + count));
  return slice(concat(parts, axis + 1), axis + 1, 0, sliding.size);
}

/** The adjoint of `unfold`: every window's elements added at their places along an axis of `length` elements. */
export function fold(windows: Value, axis: number, length: number, sliding: Sliding): Value {
  const { stride, before, size } = sliding;
  const { blocks, covered } = layOut(length, sliding);
  const whole = pad(windows, axis + 1, 0, blocks * stride - size);
  const rows = rangeOf(blocks)
    .map((block) => slice(whole, axis + 1, block * stride, (block + 1) * stride))
    .map((part, block) => pad(part, axis, block, blocks - 1 - block))
    .reduce(add);
  return cut(reshape(rows, withAxes(rows, axis, [covered], 2)), axis, before, before + length);
}

/** Elements `from` to `to` of an axis that has zeros before its first element and after its last. */
function cut(x: Value, axis: number, from: number, to: number): Value {
  const length = staticDimensionAt(x.shape, axis);
  const inside = slice(x, axis, Math.max(0, from), Math.min(length, to));
  return pad(inside, axis, Math.max(0, -from), Math.max(0, to - length));
}

function withAxes(x: Value, axis: number, sizes: readonly number[], replaced: number): readonly Dimension[] {
  const before = rangeOf(axis).map((other) => dimensionAt(x.shape, other));
  return [...before, ...sizes, ...x.shape.slice(axis + replaced)];
}
