import type { Value } from '../graph/types.ts';
import { dimensionAt, normaliseAxes, normaliseAxis, rangeOf } from '../shape/axes.ts';
import { isSameShape, productOf } from '../shape/dimension.ts';
import type { Shape } from '../shape/dimension.ts';
import { GraphError } from '../graph-error.ts';

/** The same elements in another shape; symbolic sizes by name, a product of them as `'B*S'`. */
export function reshape(x: Value, shape: Shape): Value {
  return isSameShape(x.shape, shape) ? x : x.graph.apply('Reshape', [x], { shape });
}

/** x repeated to the shape it broadcasts to. */
export function expand(x: Value, shape: Shape): Value {
  return isSameShape(x.shape, shape) ? x : x.graph.apply('Expand', [x], { shape });
}

/** All axes from `axis` to the end as one; leading axes as one too: [..., a, b] to [rows, columns]. */
export function flatten(x: Value, axis = -1): Value {
  const split = normaliseAxis(axis, x.shape.length);
  return reshape(x, [productOf(x.shape.slice(0, split)), productOf(x.shape.slice(split))]);
}

/** Axes of size 1 at the given places of the result. */
export function unsqueeze(x: Value, ...axes: readonly number[]): Value {
  if (axes.length === 0) return x;
  return x.graph.apply('Unsqueeze', [x], { axes: normaliseAxes(axes, x.shape.length + axes.length) });
}

/** Without the given axes, which must have size 1. */
export function squeeze(x: Value, ...axes: readonly number[]): Value {
  if (axes.length === 0) return x;
  return x.graph.apply('Squeeze', [x], { axes: normaliseAxes(axes, x.shape.length) });
}

/** Values one after the other along an axis of known sizes. */
export function concat(values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (first === undefined) throw new GraphError('Concat: no values were given');
  if (values.length === 1) return first;
  return first.graph.apply('Concat', values, { axis: normaliseAxis(axis, first.shape.length) });
}

/** Elements `start` up to but without `end` along an axis of known size; negative ones count from its end. */
export function slice(x: Value, axis: number, start: number, end?: number): Value {
  const from = normaliseAxis(axis, x.shape.length);
  const size = dimensionAt(x.shape, from);
  if (typeof size !== 'number') throw new GraphError(`Slice: axis ${axis} is symbolic; gather from it instead`);
  const fromFront = (position: number): number => (position < 0 ? position + size : position);
  const bounds = { start: fromFront(start), end: fromFront(end ?? size) };
  if (bounds.start === 0 && bounds.end === size) return x;
  return x.graph.apply('Slice', [x], { axis: from, ...bounds });
}

/** Zeros before and after along one axis of known size. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  if (before === 0 && after === 0) return x;
  return x.graph.apply('Pad', [x], { axis: normaliseAxis(axis, x.shape.length), before, after });
}

/** The axes of a shape that are not among `axes`. */
export function otherAxes(rank: number, axes: readonly number[]): readonly number[] {
  return rangeOf(rank).filter((axis) => !axes.includes(axis));
}
