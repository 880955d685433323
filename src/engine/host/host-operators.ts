import { sizeOf } from '../tensor.ts';
import type { Attributes, OpType } from '../graph/operators.ts';
import { erf } from './error-function.ts';
import type { HostMemory } from './host-memory.ts';
import { broadcastMap, isIdentity, mapBySteps, stridesOf } from './index-maps.ts';
import type { IndexMap } from './index-maps.ts';

type Dims = readonly number[];
/** Writes one value from others; arrays come in the order of the node's inputs. */
export type HostStep = (inputs: readonly Float32Array[], out: Float32Array) => void;

export interface HostNode<O extends OpType = OpType> {
  readonly attributes: Attributes<O>;
  readonly inputs: readonly Dims[];
  readonly output: Dims;
  readonly memory: HostMemory;
  /** Scratch of the program's own, in this memory. */
  readonly reserve: (size: number) => Float32Array;
}

/** Null where the operator cannot do this on the host; `alias` where the result is its input in another shape. */
type Build<O extends OpType> = (node: HostNode<O>) => HostStep | 'alias' | null;

/** What the graphs of adapters without images are made of. Others run on the runtime. */
export const HOST_OPERATORS: { readonly [O in OpType]?: Build<O> } = {
  Add: binary({
    same: (a, b, out) => {
      for (let i = 0; i < out.length; i++) out[i] = (a[i] ?? 0) + (b[i] ?? 0);
    },
    stretched: (a, b, out, { left, right }) => {
      for (let i = 0; i < out.length; i++) out[i] = (a[left[i] ?? 0] ?? 0) + (b[right[i] ?? 0] ?? 0);
    },
  }),
  Sub: binary({
    same: (a, b, out) => {
      for (let i = 0; i < out.length; i++) out[i] = (a[i] ?? 0) - (b[i] ?? 0);
    },
    stretched: (a, b, out, { left, right }) => {
      for (let i = 0; i < out.length; i++) out[i] = (a[left[i] ?? 0] ?? 0) - (b[right[i] ?? 0] ?? 0);
    },
  }),
  Mul: binary({
    same: (a, b, out) => {
      for (let i = 0; i < out.length; i++) out[i] = (a[i] ?? 0) * (b[i] ?? 0);
    },
    stretched: (a, b, out, { left, right }) => {
      for (let i = 0; i < out.length; i++) out[i] = (a[left[i] ?? 0] ?? 0) * (b[right[i] ?? 0] ?? 0);
    },
  }),
  Div: binary({
    same: (a, b, out) => {
      for (let i = 0; i < out.length; i++) out[i] = (a[i] ?? 0) / (b[i] ?? 0);
    },
    stretched: (a, b, out, { left, right }) => {
      for (let i = 0; i < out.length; i++) out[i] = (a[left[i] ?? 0] ?? 0) / (b[right[i] ?? 0] ?? 0);
    },
  }),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Tanh: unary(Math.tanh),
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Relu: unary((x) => Math.max(0, x)),
  Gelu: unary((x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2))),
  Reshape: () => 'alias',
  Unsqueeze: () => 'alias',
  Squeeze: () => 'alias',
  Transpose: ({ attributes: { permutation }, inputs: [from = []], output }) => {
    const strides = stridesOf(from);
    const steps = permutation.map((axis) => strides[axis] ?? 0);
    return gather(mapBySteps(output, steps), sizeOf(from));
  },
  Slice: ({ attributes: { axis, start }, inputs: [from = []], output }) => {
    const strides = stridesOf(from);
    return gather(mapBySteps(output, strides, start * (strides[axis] ?? 0)), sizeOf(from));
  },
  Expand: ({ inputs: [from = []], output }) => gather(broadcastMap(from, output), sizeOf(from)),
  Concat: ({ attributes: { axis }, inputs, output }) => {
    const strides = stridesOf(output);
    let start = 0;
    const places = inputs.map((dims) => {
      const map = mapBySteps(dims, strides, start * (strides[axis] ?? 0));
      start += dims[axis] ?? 0;
      return map;
    });
    return (arrays, out) => {
      for (const [index, map] of places.entries()) {
        const from = arrays[index] ?? EMPTY;
        for (let element = 0; element < map.length; element++) out[map[element] ?? 0] = from[element] ?? 0;
      }
    };
  },
  ReduceSum: ({ attributes, inputs: [from = []], output }) => reduce(from, output, { ...attributes, share: 1 }),
  ReduceMean: ({ attributes, inputs: [from = []], output }) =>
    reduce(from, output, { ...attributes, share: sizeOf(output) / sizeOf(from) }),
  Softmax: ({ attributes: { axis }, output }) => overLast(output, axis, softmax),
  LogSoftmax: ({ attributes: { axis }, output }) => overLast(output, axis, logSoftmax),
  MatMul: multiply,
  Gemm: (node) => {
    const { attributes, inputs, memory, reserve } = node;
    if (attributes.transposeLeft) return null;
    if (!attributes.transposeRight) return multiply(node);
    const [[rows = 0, inner = 0] = [], [columns = 0] = []] = inputs;
    const place = placing(memory, reserve, [rows * inner, columns * inner]);
    return (arrays, out) => {
      const [left = 0, right = 0] = place(arrays);
      for (let row = 0; row < rows; row++) {
        const to = out.byteOffset + row * columns * FLOAT;
        memory.kernel.multiplyTransposed(left + row * inner * FLOAT, right, to, inner, columns);
      }
    };
  },
};

const FLOAT = 4;
const EMPTY = new Float32Array(0);

interface BinaryMaps {
  readonly left: IndexMap;
  readonly right: IndexMap;
}

// A loop for each operator: one that called a function for each element would take several times as long.
interface BinaryLoops {
  readonly same: HostLoop;
  readonly stretched: (a: Float32Array, b: Float32Array, out: Float32Array, maps: BinaryMaps) => void;
}
type HostLoop = (a: Float32Array, b: Float32Array, out: Float32Array) => void;

function binary<O extends OpType>({ same, stretched }: BinaryLoops): Build<O> {
  return ({ inputs: [left = [], right = []], output }) => {
    const maps = { left: broadcastMap(left, output), right: broadcastMap(right, output) };
    const isSame = isIdentity(maps.left, sizeOf(left)) && isIdentity(maps.right, sizeOf(right));
    return ([a, b], out) => {
      if (!a || !b) return;
      if (isSame) same(a, b, out);
      else stretched(a, b, out, maps);
    };
  };
}

function unary<O extends OpType>(apply: (x: number) => number): Build<O> {
  return () =>
    ([from = EMPTY], out) => {
      for (let index = 0; index < out.length; index++) out[index] = apply(from[index] ?? 0);
    };
}

function gather(map: IndexMap, length: number): HostStep | 'alias' {
  if (isIdentity(map, length)) return 'alias';
  return ([from = EMPTY], out) => {
    for (let index = 0; index < map.length; index++) out[index] = from[map[index] ?? 0] ?? 0;
  };
}

interface Reduced {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
  readonly share: number;
}

function reduce(from: Dims, to: Dims, { axes, keepDims, share }: Reduced): HostStep {
  const kept = keepDims ? to : from.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const map = broadcastMap(kept, from);
  const sums = new Float64Array(sizeOf(to));
  return ([array = EMPTY], out) => {
    sums.fill(0);
    for (let index = 0; index < map.length; index++) {
      const at = map[index] ?? 0;
      sums[at] = (sums[at] ?? 0) + (array[index] ?? 0);
    }
    for (let index = 0; index < out.length; index++) out[index] = (sums[index] ?? 0) * share;
  };
}

type RowStep = (from: Float32Array, out: Float32Array, start: number, end: number) => void;

function overLast(dims: Dims, axis: number, step: RowStep): HostStep | null {
  if (axis !== dims.length - 1) return null;
  const size = dims.at(-1) ?? 1;
  return ([from = EMPTY], out) => {
    for (let start = 0; start < out.length; start += size) step(from, out, start, start + size);
  };
}

const softmax: RowStep = (from, out, start, end) => {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = start; index < end; index++) largest = Math.max(largest, from[index] ?? 0);
  let sum = 0;
  for (let index = start; index < end; index++) sum += out[index] = Math.exp((from[index] ?? 0) - largest);
  for (let index = start; index < end; index++) out[index] = (out[index] ?? 0) / sum;
};

const logSoftmax: RowStep = (from, out, start, end) => {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = start; index < end; index++) largest = Math.max(largest, from[index] ?? 0);
  let sum = 0;
  for (let index = start; index < end; index++) sum += Math.exp((from[index] ?? 0) - largest);
  const shift = largest + Math.log(sum);
  for (let index = start; index < end; index++) out[index] = (from[index] ?? 0) - shift;
};

/** Addresses of two arrays; one that lies elsewhere is copied into the scratch first. */
function placing(
  { buffer }: HostMemory,
  reserve: (size: number) => Float32Array,
  sizes: readonly number[],
): (arrays: readonly Float32Array[]) => readonly number[] {
  const copies: (Float32Array | undefined)[] = [];
  return (arrays) =>
    sizes.map((size, index) => {
      const array = arrays[index];
      if (!array) return 0;
      if (array.buffer === buffer) return array.byteOffset;
      const copy = (copies[index] ??= reserve(size));
      copy.set(array);
      return copy.byteOffset;
    });
}

/** `[.., M, K] x [.., K, N]`, the leading axes stretched to each other. */
function multiply({ inputs, output, memory, reserve }: Omit<HostNode, 'attributes'>): HostStep {
  const [left = [], right = []] = inputs;
  const [inner = 1, columns = 1, rows = 1] = [right.at(-2), right.at(-1), left.at(-2)];
  const batch = output.slice(0, -2);
  const leftBatch = broadcastMap(left.slice(0, -2), batch);
  const rightBatch = broadcastMap(right.slice(0, -2), batch);
  const place = placing(memory, reserve, [sizeOf(left), sizeOf(right)]);
  return (arrays, out) => {
    const [leftAt = 0, rightAt = 0] = place(arrays);
    let to = out.byteOffset;
    for (let index = 0; index < leftBatch.length; index++) {
      const matrix = rightAt + (rightBatch[index] ?? 0) * inner * columns * FLOAT;
      for (let row = 0; row < rows; row++) {
        const from = leftAt + ((leftBatch[index] ?? 0) * rows + row) * inner * FLOAT;
        memory.kernel.multiplyRow(from, matrix, to, inner, columns);
        to += columns * FLOAT;
      }
    }
  };
}
