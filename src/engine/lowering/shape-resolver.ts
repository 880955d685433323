import { GraphError } from '../graph-error.ts';
import { factorsOf, productOf } from '../shape/dimension.ts';
import type { Shape } from '../shape/dimension.ts';

/** Shapes with the given numbers in the places of their names. @throws GraphError when a number is no size. */
export function createShapeResolver(sizes: Readonly<Record<string, number>> = {}): (shape: Shape) => Shape {
  for (const [symbol, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1) throw new GraphError(`the dimension '${symbol}' cannot be ${size}`);
  }
  return (shape) => shape.map((dimension) => productOf(factorsOf(dimension).map((factor) => sizes[factor] ?? factor)));
}
