import type { Attributes, Convolution, Pooling } from '../../src/engine/graph/operators.ts';
import { at, elements, indicesOf, positionOf, sizeOfDims } from './reference-array.ts';
import type { ReferenceArray } from './reference-array.ts';

// Written by definition and apart from the engine's own arithmetic of sizes, which these loops are to check.

interface Tap {
  readonly image: readonly [number, number, number, number];
  readonly filter: readonly [number, number, number, number];
  readonly result: readonly [number, number, number, number];
}

/** Every triple of an image's element, a filter's element and the result they add to. */
function* tapsOf(image: readonly number[], filters: readonly number[], attributes: Convolution): Generator<Tap> {
  const { strides, dilations, pads, groups } = attributes;
  const [batch = 0, channels = 0, rows = 0, columns = 0] = image;
  const [count = 0, inner = 0, height = 0, width = 0] = filters;
  const places = [
    Math.floor((pads[0] + rows + pads[2] - dilations[0] * (height - 1) - 1) / strides[0]) + 1,
    Math.floor((pads[1] + columns + pads[3] - dilations[1] * (width - 1) - 1) / strides[1]) + 1,
  ];
  for (const [b = 0, m = 0, i = 0, j = 0] of indicesOf([batch, count, ...places])) {
    for (const [c = 0, p = 0, q = 0] of indicesOf([inner, height, width])) {
      const channel = Math.floor(m / (count / groups)) * (channels / groups) + c;
      const row = i * strides[0] + p * dilations[0] - pads[0];
      const column = j * strides[1] + q * dilations[1] - pads[1];
      if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
      yield { image: [b, channel, row, column], filter: [m, c, p, q], result: [b, m, i, j] };
    }
  }
}

function accumulate(dims: readonly number[], terms: Iterable<readonly [readonly number[], number]>): ReferenceArray {
  const data = new Float64Array(sizeOfDims(dims));
  for (const [index, term] of terms) {
    const position = positionOf(dims, index);
    data[position] = (data[position] ?? 0) + term;
  }
  return { dims, data };
}

export function convolve(x: ReferenceArray, filters: ReferenceArray, attributes: Convolution): ReferenceArray {
  const taps = [...tapsOf(x.dims, filters.dims, attributes)];
  const last = [0, 1, 2, 3].map((axis) => Math.max(...taps.map(({ result }) => result[axis] ?? 0)) + 1);
  return accumulate(
    last,
    taps.map(({ image, filter, result }) => [result, at(x, image) * at(filters, filter)]),
  );
}

export function convolveTransposed(
  x: ReferenceArray,
  filters: ReferenceArray,
  attributes: Attributes<'ConvTranspose'>,
): ReferenceArray {
  const { strides, dilations, pads, groups, outputPadding } = attributes;
  const sizes = [0, 1].map((side) => {
    const reach = (dilations[side] ?? 0) * ((filters.dims[side + 2] ?? 0) - 1) + 1;
    const around = (pads[side] ?? 0) + (pads[side + 2] ?? 0);
    return ((x.dims[side + 2] ?? 0) - 1) * (strides[side] ?? 0) + reach - around + (outputPadding[side] ?? 0);
  });
  const dims = [x.dims[0] ?? 0, (filters.dims[1] ?? 0) * groups, ...sizes];
  const taps = [...tapsOf(dims, filters.dims, attributes)];
  return accumulate(
    dims,
    taps.map(({ image, filter, result }) => [image, at(x, result) * at(filters, filter)]),
  );
}

function pool(x: ReferenceArray, { kernel, strides, pads }: Pooling, join: (values: number[]) => number) {
  const [rows = 0, columns = 0] = x.dims.slice(2);
  const down = Math.floor((pads[0] + rows + pads[2] - kernel[0]) / strides[0]) + 1;
  const across = Math.floor((pads[1] + columns + pads[3] - kernel[1]) / strides[1]) + 1;
  return elements([...x.dims.slice(0, 2), down, across], ([b = 0, c = 0, i = 0, j = 0]) => {
    const places = indicesOf(kernel).map(([p = 0, q = 0]) => [
      i * strides[0] + p - pads[0],
      j * strides[1] + q - pads[1],
    ]);
    const inside = places.filter(
      ([row = -1, column = -1]) => row >= 0 && row < rows && column >= 0 && column < columns,
    );
    return join(inside.map((place) => at(x, [b, c, ...place])));
  });
}

export function maxPool(x: ReferenceArray, attributes: Pooling): ReferenceArray {
  return pool(x, attributes, (values) => Math.max(...values));
}

export function averagePool(x: ReferenceArray, attributes: Pooling): ReferenceArray {
  return pool(x, attributes, (values) => values.reduce((sum, value) => sum + value, 0) / values.length);
}
