/** A size, or the name of one that is known only when the graph runs: `B`, `S`, or a product of such, `B*S`. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** Product of sizes and names, written one way: `'12*B*S'`, so that equal products are equal strings. */
export function productOf(dimensions: Shape): Dimension {
  const factors = dimensions.flatMap(factorsOf);
  const size = factors.reduce<number>(
    (product, factor) => (typeof factor === 'number' ? product * factor : product),
    1,
  );
  const symbols = factors.filter((factor) => typeof factor === 'string').sort();
  if (symbols.length === 0 || size === 0) return size;
  return size === 1 ? symbols.join('*') : [size, ...symbols].join('*');
}

/** `'12*B*S'` as 12, B, S. */
export function factorsOf(dimension: Dimension): Shape {
  if (typeof dimension === 'number') return [dimension];
  return dimension.split('*').map((factor) => (/^\d+$/.test(factor) ? Number(factor) : factor));
}

export function isSymbolName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

/** Every size as a number, or null when one is symbolic. */
export function staticDims(shape: Shape): readonly number[] | null {
  const dims = shape.filter((dimension) => typeof dimension === 'number');
  return dims.length === shape.length ? dims : null;
}

export function isSameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((dimension, axis) => dimension === right[axis]);
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
