import { sizeOf } from '../tensor.ts';
import type { Attributes, OpType } from '../graph/operators.ts';
import { gelu } from './gelu.ts';
import type { HostMemory } from './host-memory.ts';
import { broadcastMap, isIdentity, mapBySteps, stridesOf } from './index-maps.ts';
import type { IndexMap } from './index-maps.ts';

type Dims = readonly number[];
/** Writes one value from others: addresses in bytes within the host's memory, in the order of the node's inputs. */
export type HostStep = (inputs: readonly number[], out: number) => void;

export interface HostNode<O extends OpType = OpType> {
  readonly attributes: Attributes<O>;
  readonly inputs: readonly Dims[];
  /** Which of the inputs lie there as bytes, not as floats. */
  readonly areBytes: readonly boolean[];
  readonly output: Dims;
  readonly memory: HostMemory;
}

/** Null where the operator cannot do this on the host; `alias` where the result is its input in another shape. */
type Build<O extends OpType> = (node: HostNode<O>) => HostStep | 'alias' | null;

/** Whether the node may read its input `index` as bytes. Floats of them are made by whoever multiplies by them. */
export const readsBytes = (op: OpType, index: number): boolean => op === 'Cast' || (op === 'MatMul' && index === 1);

/** What the graphs of adapters without images are made of. Others run on the runtime. */
export const HOST_OPERATORS: { readonly [O in OpType]?: Build<O> } = {
  Add: binary('add', (a, b) => a + b),
  Sub: binary('subtract', (a, b) => a - b),
  Mul: binary('multiply', (a, b) => a * b),
  Div: binary('divide', (a, b) => a / b),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Tanh: unary(Math.tanh),
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Relu: unary((x) => Math.max(0, x)),
  Gelu: ({ output, memory: { floats } }) => {
    const size = sizeOf(output);
    // A loop of its own, into which the function is inlined.
    return ([from = 0], out) => {
      const [start, to] = [placeOf(from), placeOf(out)];
      for (let index = 0; index < size; index++) floats[to + index] = gelu(floats[start + index] ?? 0);
    };
  },
  Cast: ({ areBytes, attributes: { to } }) => (areBytes[0] === true && to === 'float32' ? 'alias' : null),
  Reshape: () => 'alias',
  Unsqueeze: () => 'alias',
  Squeeze: () => 'alias',
  Transpose: ({ attributes: { permutation }, inputs: [from = []], output, memory }) => {
    const strides = stridesOf(from);
    const steps = permutation.map((axis) => strides[axis] ?? 0);
    return gather(memory, mapBySteps(output, steps), sizeOf(from));
  },
  Slice: ({ attributes: { axis, start }, inputs: [from = []], output, memory }) => {
    const strides = stridesOf(from);
    return gather(memory, mapBySteps(output, strides, start * (strides[axis] ?? 0)), sizeOf(from));
  },
  Expand: ({ inputs: [from = []], output, memory }) => gather(memory, broadcastMap(from, output), sizeOf(from)),
  Concat: ({ attributes: { axis }, inputs, output, memory: { floats } }) => {
    const strides = stridesOf(output);
    let start = 0;
    const places = inputs.map((dims) => {
      const map = mapBySteps(dims, strides, start * (strides[axis] ?? 0));
      start += dims[axis] ?? 0;
      return map;
    });
    return (addresses, out) => {
      const to = placeOf(out);
      for (const [index, map] of places.entries()) {
        const from = placeOf(addresses[index] ?? 0);
        for (let element = 0; element < map.length; element++)
          floats[to + (map[element] ?? 0)] = floats[from + element] ?? 0;
      }
    };
  },
  ReduceSum: ({ attributes, inputs: [from = []], output, memory }) =>
    reduce(memory, { from, to: output, ...attributes, share: 1 }),
  ReduceMean: ({ attributes, inputs: [from = []], output, memory }) =>
    reduce(memory, { from, to: output, ...attributes, share: sizeOf(output) / sizeOf(from) }),
  Softmax: ({ attributes: { axis }, output, memory }) => overLast(memory, output, axis, softmax),
  LogSoftmax: ({ attributes: { axis }, output, memory }) => overLast(memory, output, axis, logSoftmax),
  MatMul: multiply,
  Gemm: (node) => {
    const { attributes, inputs, memory } = node;
    if (attributes.transposeLeft) return null;
    if (!attributes.transposeRight) return multiply(node);
    const [[rows = 0, inner = 0] = [], [columns = 0] = []] = inputs;
    return ([left = 0, right = 0], out) => {
      for (let row = 0; row < rows; row++) {
        const [from, to] = [left + row * inner * FLOAT, out + row * columns * FLOAT];
        memory.kernel.multiplyTransposed(from, right, to, inner, columns);
      }
    };
  },
};

const FLOAT = 4;
const FLOAT_LOG = 2;
/** Addresses go beyond 2^31. */
const placeOf = (address: number): number => address >>> FLOAT_LOG;

function binary<O extends OpType>(
  name: 'add' | 'subtract' | 'multiply' | 'divide',
  apply: (a: number, b: number) => number,
): Build<O> {
  return ({ inputs: [left = [], right = []], output, memory: { kernel, floats } }) => {
    const maps = { left: broadcastMap(left, output), right: broadcastMap(right, output) };
    const size = sizeOf(output);
    if (isIdentity(maps.left, sizeOf(left)) && isIdentity(maps.right, sizeOf(right)))
      return ([a = 0, b = 0], out) => kernel[name](a, b, out, size);
    return ([a = 0, b = 0], out) => {
      const [first, second, to] = [placeOf(a), placeOf(b), placeOf(out)];
      for (let index = 0; index < size; index++) {
        floats[to + index] = apply(
          floats[first + (maps.left[index] ?? 0)] ?? 0,
          floats[second + (maps.right[index] ?? 0)] ?? 0,
        );
      }
    };
  };
}

function unary<O extends OpType>(apply: (x: number) => number): Build<O> {
  return ({ output, memory: { floats } }) => {
    const size = sizeOf(output);
    return ([from = 0], out) => {
      const [start, to] = [placeOf(from), placeOf(out)];
      for (let index = 0; index < size; index++) floats[to + index] = apply(floats[start + index] ?? 0);
    };
  };
}

function gather({ floats }: HostMemory, map: IndexMap, length: number): HostStep | 'alias' {
  if (isIdentity(map, length)) return 'alias';
  return ([from = 0], out) => {
    const [start, to] = [placeOf(from), placeOf(out)];
    for (let index = 0; index < map.length; index++) floats[to + index] = floats[start + (map[index] ?? 0)] ?? 0;
  };
}

interface Reduced {
  readonly from: Dims;
  readonly to: Dims;
  readonly axes: readonly number[];
  readonly keepDims: boolean;
  readonly share: number;
}

function reduce({ floats }: HostMemory, { from, to, axes, keepDims, share }: Reduced): HostStep {
  const kept = keepDims ? to : from.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const map = broadcastMap(kept, from);
  const sums = new Float64Array(sizeOf(to));
  return ([address = 0], out) => {
    const [start, end] = [placeOf(address), placeOf(out)];
    sums.fill(0);
    for (let index = 0; index < map.length; index++) {
      const at = map[index] ?? 0;
      sums[at] = (sums[at] ?? 0) + (floats[start + index] ?? 0);
    }
    for (let index = 0; index < sums.length; index++) floats[end + index] = (sums[index] ?? 0) * share;
  };
}

/** Of so many floats from one place on, written from another on. */
type RowStep = (floats: Float32Array, from: number, to: number, size: number) => void;

function overLast({ floats }: HostMemory, dims: Dims, axis: number, step: RowStep): HostStep | null {
  if (axis !== dims.length - 1) return null;
  const size = dims.at(-1) ?? 1;
  const total = sizeOf(dims);
  return ([from = 0], out) => {
    const [start, to] = [placeOf(from), placeOf(out)];
    for (let row = 0; row < total; row += size) step(floats, start + row, to + row, size);
  };
}

function largestOf(floats: Float32Array, from: number, size: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < size; index++) largest = Math.max(largest, floats[from + index] ?? 0);
  return largest;
}

const softmax: RowStep = (floats, from, to, size) => {
  const largest = largestOf(floats, from, size);
  let sum = 0;
  for (let index = 0; index < size; index++)
    sum += floats[to + index] = Math.exp((floats[from + index] ?? 0) - largest);
  for (let index = 0; index < size; index++) floats[to + index] = (floats[to + index] ?? 0) / sum;
};

const logSoftmax: RowStep = (floats, from, to, size) => {
  const largest = largestOf(floats, from, size);
  let sum = 0;
  for (let index = 0; index < size; index++) sum += Math.exp((floats[from + index] ?? 0) - largest);
  const shift = largest + Math.log(sum);
  for (let index = 0; index < size; index++) floats[to + index] = (floats[from + index] ?? 0) - shift;
};

/** `[.., M, K] x [.., K, N]`, the leading axes stretched to each other. */
function multiply({ inputs, areBytes, output, memory: { kernel } }: Omit<HostNode, 'attributes'>): HostStep {
  const [left = [], right = []] = inputs;
  const [inner = 1, columns = 1, rows = 1] = [right.at(-2), right.at(-1), left.at(-2)];
  const batch = output.slice(0, -2);
  const leftBatch = broadcastMap(left.slice(0, -2), batch);
  const rightBatch = broadcastMap(right.slice(0, -2), batch);
  const [product, width] =
    areBytes[1] === true ? (['multiplyRowBytes', 1] as const) : (['multiplyRow', FLOAT] as const);
  return ([leftAt = 0, rightAt = 0], out) => {
    let to = out;
    for (let index = 0; index < leftBatch.length; index++) {
      const matrix = rightAt + (rightBatch[index] ?? 0) * inner * columns * width;
      for (let row = 0; row < rows; row++) {
        const from = leftAt + ((leftBatch[index] ?? 0) * rows + row) * inner * FLOAT;
        kernel[product](from, matrix, to, inner, columns);
        to += columns * FLOAT;
      }
    }
  };
}
