import type { Attributes, OpType } from '../../src/engine/graph/operators.ts';
import type { Shape } from '../../src/engine/shape/dimension.ts';
import { at, broadcastDims, elements, indicesOf, mapArrays, positionOf } from './reference-array.ts';
import type { Index, ReferenceArray } from './reference-array.ts';
import { averagePool, convolve, convolveTransposed, maxPool } from './reference-image-kernels.ts';

type Arrays = readonly ReferenceArray[];
type Resolve = (shape: Shape) => readonly number[];
type Kernel<O extends OpType> = (inputs: Arrays, attributes: Attributes<O>, resolve: Resolve) => ReferenceArray;

function input(arrays: Arrays, position = 0): ReferenceArray {
  const array = arrays[position];
  if (array === undefined) throw new Error(`input ${position} is missing`);
  return array;
}

function elementwise(apply: (...values: number[]) => number): (inputs: Arrays) => ReferenceArray {
  return (inputs) => mapArrays(inputs, apply);
}

/** The series of positive terms 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!; Abramowitz and Stegun 7.1.6. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 400; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function matmul(left: ReferenceArray, right: ReferenceArray): ReferenceArray {
  const batch = broadcastDims([left.dims.slice(0, -2), right.dims.slice(0, -2)]);
  const inner = left.dims.at(-1) ?? 0;
  return elements([...batch, left.dims.at(-2) ?? 0, right.dims.at(-1) ?? 0], (index) => {
    const outer = index.slice(0, -2);
    const [row = 0, column = 0] = index.slice(-2);
    let sum = 0;
    for (let k = 0; k < inner; k += 1) sum += at(left, [...outer, row, k]) * at(right, [...outer, k, column]);
    return sum;
  });
}

function transpose(x: ReferenceArray, permutation: readonly number[]): ReferenceArray {
  return elements(
    permutation.map((axis) => x.dims[axis] ?? 0),
    (index) => {
      const source: number[] = [];
      for (const [position, axis] of permutation.entries()) source[axis] = index[position] ?? 0;
      return at(x, source);
    },
  );
}

function along(
  x: ReferenceArray,
  axes: readonly number[],
  { keepDims }: { readonly keepDims: boolean },
  fold: (values: readonly number[]) => number,
): ReferenceArray {
  const kept = x.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const groups = elements(kept, (index) => {
    const members = indicesOf(x.dims).filter((other) =>
      other.every((at, axis) => axes.includes(axis) || at === index[axis]),
    );
    return fold(members.map((member) => at(x, member)));
  });
  return keepDims ? groups : { dims: x.dims.filter((_, axis) => !axes.includes(axis)), data: groups.data };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const keep = { keepDims: true } as const;

function logSoftmax(x: ReferenceArray, axis: number): ReferenceArray {
  const shifted = mapArrays(
    [x, along(x, [axis], keep, (values) => Math.max(...values))],
    (value = 0, largest = 0) => value - largest,
  );
  const total = along(shifted, [axis], keep, (values) => sum(values.map(Math.exp)));
  return mapArrays([shifted, total], (value = 0, powers = 0) => value - Math.log(powers));
}

function replaced(index: Index, axis: number, coordinate: number): Index {
  return index.with(axis, coordinate);
}

/** Every operator once more, from its definition; complete by the compiler like the engine's own table. */
export const referenceKernels: { readonly [O in OpType]: Kernel<O> } = {
  Iota: (_, { size }, resolve) => elements(resolve([size]), ([position = 0]) => position),
  Add: elementwise((left = 0, right = 0) => left + right),
  Sub: elementwise((left = 0, right = 0) => left - right),
  Mul: elementwise((left = 0, right = 0) => left * right),
  Div: elementwise((left = 0, right = 0) => left / right),
  Max: elementwise(Math.max),
  Min: elementwise(Math.min),
  Neg: elementwise((x = 0) => -x),
  Sqrt: elementwise(Math.sqrt),
  Exp: elementwise(Math.exp),
  Log: elementwise(Math.log),
  Erf: elementwise(erf),
  Tanh: elementwise(Math.tanh),
  Sigmoid: elementwise((x = 0) => 1 / (1 + Math.exp(-x))),
  Relu: elementwise((x = 0) => Math.max(x, 0)),
  Gelu: elementwise((x = 0) => 0.5 * x * (1 + erf(x / Math.SQRT2))),
  Pow: (inputs, { exponent }) => mapArrays(inputs, (x) => x ** exponent),
  Equal: elementwise((left = 0, right = 0) => Number(left === right)),
  Greater: elementwise((left = 0, right = 0) => Number(left > right)),
  Where: elementwise((condition = 0, then = 0, otherwise = 0) => (condition === 0 ? otherwise : then)),
  Cast: (inputs, { to }) => {
    if (to === 'float32') return input(inputs);
    return mapArrays(inputs, to === 'bool' ? (x) => Number(x !== 0) : Math.trunc);
  },
  MatMul: (inputs) => matmul(input(inputs), input(inputs, 1)),
  Gemm: (inputs, { transposeLeft, transposeRight }) => {
    const [left, right] = [input(inputs), input(inputs, 1)];
    return matmul(transposeLeft ? transpose(left, [1, 0]) : left, transposeRight ? transpose(right, [1, 0]) : right);
  },
  Transpose: (inputs, { permutation }) => transpose(input(inputs), permutation),
  Reshape: (inputs, { shape }, resolve) => ({ dims: resolve(shape), data: input(inputs).data }),
  Expand: (inputs, { shape }, resolve) => elements(resolve(shape), (index) => at(input(inputs), index)),
  Unsqueeze: (inputs, { axes }) => {
    const dims = [...input(inputs).dims];
    for (const axis of axes) dims.splice(axis, 0, 1);
    return { dims, data: input(inputs).data };
  },
  Squeeze: (inputs, { axes }) => ({
    dims: input(inputs).dims.filter((_, axis) => !axes.includes(axis)),
    data: input(inputs).data,
  }),
  Concat: (inputs, { axis }) => {
    const sizes = inputs.map(({ dims }) => dims[axis] ?? 0);
    return elements(input(inputs).dims.with(axis, sum(sizes)), (index) => {
      let coordinate = index[axis] ?? 0;
      let part = 0;
      for (; coordinate >= (sizes[part] ?? Infinity); part += 1) coordinate -= sizes[part] ?? 0;
      return at(input(inputs, part), replaced(index, axis, coordinate));
    });
  },
  Slice: (inputs, { axis, start, end }) =>
    elements(input(inputs).dims.with(axis, end - start), (index) =>
      at(input(inputs), replaced(index, axis, (index[axis] ?? 0) + start)),
    ),
  Pad: (inputs, { axis, before, after }) => {
    const { dims } = input(inputs);
    const size = dims[axis] ?? 0;
    return elements(dims.with(axis, before + size + after), (index) => {
      const coordinate = (index[axis] ?? 0) - before;
      return coordinate < 0 || coordinate >= size ? 0 : at(input(inputs), replaced(index, axis, coordinate));
    });
  },
  Gather: (inputs, { axis }) => {
    const [data, indices] = [input(inputs), input(inputs, 1)];
    const rank = indices.dims.length;
    return elements([...data.dims.slice(0, axis), ...indices.dims, ...data.dims.slice(axis + 1)], (index) => {
      const chosen = at(indices, index.slice(axis, axis + rank));
      return at(data, [...index.slice(0, axis), chosen, ...index.slice(axis + rank)]);
    });
  },
  GatherElements: (inputs, { axis }) =>
    elements(input(inputs, 1).dims, (index) => at(input(inputs), replaced(index, axis, at(input(inputs, 1), index)))),
  ScatterElementsAdd: (inputs, { axis }) => {
    const [data, indices, updates] = [input(inputs), input(inputs, 1), input(inputs, 2)];
    const result = data.data.slice();
    for (const index of indicesOf(indices.dims)) {
      const position = positionOf(data.dims, replaced(index, axis, at(indices, index)));
      result[position] = (result[position] ?? 0) + at(updates, index);
    }
    return { dims: data.dims, data: result };
  },
  ReduceSum: (inputs, attributes) => along(input(inputs), attributes.axes, attributes, sum),
  ReduceMean: (inputs, attributes) => along(input(inputs), attributes.axes, attributes, mean),
  ReduceMax: (inputs, attributes) => along(input(inputs), attributes.axes, attributes, (values) => Math.max(...values)),
  Softmax: (inputs, { axis }) => mapArrays([logSoftmax(input(inputs), axis)], Math.exp),
  LogSoftmax: (inputs, { axis }) => logSoftmax(input(inputs), axis),
  LayerNormalization: (inputs, { epsilon }) => {
    const [x, scale, bias] = [input(inputs), input(inputs, 1), input(inputs, 2)];
    const last = [x.dims.length - 1];
    const centred = mapArrays([x, along(x, last, keep, mean)], (value = 0, middle = 0) => value - middle);
    const variance = along(
      mapArrays([centred], (value) => value ** 2),
      last,
      keep,
      mean,
    );
    return mapArrays([centred, variance, scale, bias], (value = 0, spread = 0, factor = 0, shift = 0) => {
      return (value / Math.sqrt(spread + epsilon)) * factor + shift;
    });
  },
  Conv: (inputs, attributes) => convolve(input(inputs), input(inputs, 1), attributes),
  ConvTranspose: (inputs, attributes) => convolveTransposed(input(inputs), input(inputs, 1), attributes),
  MaxPool: (inputs, attributes) => maxPool(input(inputs), attributes),
  AveragePool: (inputs, attributes) => averagePool(input(inputs), attributes),
};
