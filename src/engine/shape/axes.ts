import { GraphError } from '../graph-error.ts';
import { formatShape } from './dimension.ts';
import type { Dimension, Shape } from './dimension.ts';

/** Axis counted from the front. @throws GraphError when the shape has no such axis. */
export function normaliseAxis(axis: number, rank: number): number {
  const normalised = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && normalised >= 0 && normalised < rank) return normalised;
  throw new GraphError(`axis ${axis} is outside of a shape with ${rank} axes`);
}

/** Axes counted from the front, ascending, each once. */
export function normaliseAxes(axes: readonly number[], rank: number): readonly number[] {
  const normalised = new Set(axes.map((axis) => normaliseAxis(axis, rank)));
  return [...normalised].sort((left, right) => left - right);
}

export function dimensionAt(shape: Shape, axis: number): Dimension {
  const dimension = shape[axis];
  if (dimension === undefined) throw new GraphError(`${formatShape(shape)} has no axis ${axis}`);
  return dimension;
}

/** The size of an axis that must be known when the graph is built. */
export function staticDimensionAt(shape: Shape, axis: number): number {
  const dimension = dimensionAt(shape, axis);
  if (typeof dimension === 'number') return dimension;
  throw new GraphError(`axis ${axis} of ${formatShape(shape)} is symbolic; this operator needs its size`);
}

export function rangeOf(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}
