import { GraphError } from '../graph-error.ts';
import type { NamedValue } from '../graph/types.ts';
import { factorsOf } from '../shape/dimension.ts';
import type { Dimension, Shape } from '../shape/dimension.ts';
import type { Emitter } from '../rules/rule.ts';

/** Writes shapes whose sizes are known only at run time, reading each symbol once from the first of `inputs` that has it. */
export function createSymbolReader(
  emitter: Omit<Emitter, 'shape'>,
  inputs: readonly NamedValue[],
  onRead: (input: NamedValue) => void,
): (shape: Shape) => string {
  const known = new Map<Dimension, string>();

  const readSymbol = (symbol: string): string => {
    for (const input of inputs) {
      const axis = input.value.shape.indexOf(symbol);
      if (axis < 0) continue;
      onRead(input);
      const attributes = { start: { int: axis }, end: { int: axis + 1 } };
      return emitter.emit({ opType: 'Shape', inputs: [input.name], attributes });
    }
    throw new GraphError(`no input has the dimension '${symbol}', so its size cannot be known`);
  };

  const sizeOf = (dimension: Dimension): string => {
    if (typeof dimension === 'number') return emitter.int64([dimension]);
    const found = known.get(dimension);
    if (found !== undefined) return found;
    const factors = factorsOf(dimension);
    const made =
      factors.length === 1
        ? readSymbol(dimension)
        : factors.map(sizeOf).reduce((left, right) => emitter.emit({ opType: 'Mul', inputs: [left, right] }));
    known.set(dimension, made);
    return made;
  };

  return (shape) => {
    const sizes = shape.filter((dimension) => typeof dimension === 'number');
    if (sizes.length === shape.length) return emitter.int64(sizes);
    return emitter.emit({ opType: 'Concat', inputs: shape.map(sizeOf), attributes: { axis: { int: 0 } } });
  };
}
