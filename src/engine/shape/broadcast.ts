import { GraphError } from '../graph-error.ts';
import { formatShape } from './dimension.ts';
import type { Dimension, Shape } from './dimension.ts';

/** The shape of an elementwise result, aligned at the last axis. @throws GraphError when two sizes differ and none is 1. */
export function broadcastShapes(left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis) => {
    const one = left[axis - rank + left.length] ?? 1;
    const other = right[axis - rank + right.length] ?? 1;
    return broadcastDimension(one, other) ?? refuse(left, right);
  });
}

function broadcastDimension(one: Dimension, other: Dimension): Dimension | null {
  if (one === other || other === 1) return one;
  return one === 1 ? other : null;
}

function refuse(left: Shape, right: Shape): never {
  throw new GraphError(`${formatShape(left)} and ${formatShape(right)} do not broadcast`);
}
