/** A dense row-major array of float64; integers and booleans as numbers. */
export interface ReferenceArray {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

export type Index = readonly number[];

export function sizeOfDims(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Position of an index; axes that are 1 wide repeat, and leading axes the array does not have are dropped. */
export function positionOf(dims: readonly number[], index: Index): number {
  const added = index.length - dims.length;
  return dims.reduce((position, size, axis) => position * size + (size === 1 ? 0 : (index[axis + added] ?? 0)), 0);
}

export function at({ dims, data }: ReferenceArray, index: Index): number {
  const value = data[positionOf(dims, index)];
  if (value === undefined) throw new Error(`[${index.join()}] is outside of [${dims.join()}]`);
  return value;
}

/** Every index of a shape, the last axis fastest. */
export function indicesOf(dims: readonly number[]): readonly Index[] {
  return Array.from({ length: sizeOfDims(dims) }, (_, position) => {
    let rest = position;
    return dims.map((size, axis) => {
      const inner = sizeOfDims(dims.slice(axis + 1));
      const coordinate = Math.floor(rest / inner) % size;
      rest -= coordinate * inner;
      return coordinate;
    });
  });
}

export function elements(dims: readonly number[], valueAt: (index: Index) => number): ReferenceArray {
  return { dims, data: Float64Array.from(indicesOf(dims), valueAt) };
}

export function broadcastDims(shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((dims) => dims[axis - rank + dims.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** An elementwise function over arrays that broadcast. */
export function mapArrays(arrays: readonly ReferenceArray[], apply: (...values: number[]) => number): ReferenceArray {
  const dims = broadcastDims(arrays.map((array) => array.dims));
  return elements(dims, (index) => apply(...arrays.map((array) => at(array, index))));
}
