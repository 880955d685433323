import {
  addFloat,
  addFour,
  addInteger,
  andInteger,
  assembleModule,
  F32,
  get,
  I32,
  integer,
  lane,
  loadByte,
  loadFloat,
  loadFour,
  loadSplat,
  multiplyAddFour,
  multiplyFloat,
  multiplyFour,
  multiplyInteger,
  pickBytes,
  set,
  shiftLeft,
  sixteenBytes,
  storeFloat,
  storeFour,
  toFloat,
  toFourFloats,
  V128,
  whileBelow,
  zeroFloat,
  zeroFour,
} from './assembler.ts';
import type { Code, KernelFunction } from './assembler.ts';
import { ELEMENTWISE } from './elementwise-kernel.ts';
import type { ElementwiseProduct } from './elementwise-kernel.ts';

/** Products of one row with a matrix, all in one WebAssembly memory; arguments are addresses in bytes and numbers of elements. */
export interface MatrixKernel {
  readonly add: ElementwiseProduct;
  readonly subtract: ElementwiseProduct;
  readonly multiply: ElementwiseProduct;
  readonly divide: ElementwiseProduct;
  /** out[columns] = left[inner] x right[inner, columns] */
  multiplyRow(left: number, right: number, out: number, inner: number, columns: number): void;
  /** As `multiplyRow`, the matrix in whole numbers of a byte each. */
  multiplyRowBytes(left: number, right: number, out: number, inner: number, columns: number): void;
  /** out[columns] = left[inner] x right[columns, inner], transposed */
  multiplyTransposed(left: number, right: number, out: number, inner: number, columns: number): void;
}

const FLOAT = 4;
const FOUR = 16;
const [LEFT, RIGHT, OUT, INNER, COLUMNS] = [0, 1, 2, 3, 4] as const;
const PARAMETERS = [LEFT, RIGHT, OUT, INNER, COLUMNS].map(() => I32);
const BYTES_LOG = 2;

const bytesOf = (count: Code): Code => shiftLeft(count, integer(BYTES_LOG));
/** Bytes of the largest multiple of `step` elements. */
const wholeBytes = (count: Code, step: number): Code => bytesOf(andInteger(count, integer(-step)));
const advance = (local: number, bytes: Code): Code => set(local, addInteger(get(local), bytes));

/** Columns in blocks whose sums stay in registers while the rows of the matrix go by. */
const multiplyRow = ((): KernelFunction => {
  const [column, x, w, xEnd, stride, sum, first] = [5, 6, 7, 8, 9, 10, 11];
  const block = (vectors: number): Code => {
    const sums = Array.from({ length: vectors }, (_, index) => first + index);
    return [
      ...sums.flatMap((local) => set(local, zeroFour)),
      ...start(),
      ...whileBelow(x, get(xEnd), [
        ...sums.flatMap((local, index) =>
          set(local, addFour(get(local), multiplyFour(loadSplat(get(x)), loadFour(get(w), index * FOUR)))),
        ),
        ...next(),
      ]),
      ...sums.flatMap((local, index) => storeFour(addInteger(get(OUT), get(column)), get(local), index * FOUR)),
      ...advance(column, integer(vectors * FOUR)),
    ];
  };
  const start = (): Code => [...set(x, get(LEFT)), ...set(w, addInteger(get(RIGHT), get(column)))];
  const next = (): Code => [...advance(x, integer(FLOAT)), ...advance(w, get(stride))];
  const single: Code = [
    ...set(sum, zeroFloat),
    ...start(),
    ...whileBelow(x, get(xEnd), [
      ...set(sum, addFloat(get(sum), multiplyFloat(loadFloat(get(x)), loadFloat(get(w))))),
      ...next(),
    ]),
    ...storeFloat(addInteger(get(OUT), get(column)), get(sum)),
    ...advance(column, integer(FLOAT)),
  ];
  const BLOCKS = [16, 4, 1];
  return {
    name: 'multiplyRow',
    parameters: PARAMETERS,
    locals: [I32, I32, I32, I32, I32, F32, ...Array.from({ length: 16 }, () => V128)],
    body: [
      ...set(column, integer(0)),
      ...set(stride, bytesOf(get(COLUMNS))),
      ...set(xEnd, addInteger(get(LEFT), bytesOf(get(INNER)))),
      ...BLOCKS.flatMap((vectors) => whileBelow(column, wholeBytes(get(COLUMNS), vectors * 4), block(vectors))),
      ...whileBelow(column, get(stride), single),
    ],
  };
})();

/**
 * Columns in blocks whose sums stay in registers, as above. A byte becomes a float in two operations: it is put at the top of a whole number, which
 * is turned into a float and so is 2^24 times too large; the row is made as much smaller first, without a rounding.
 */
const multiplyRowBytes = ((): KernelFunction => {
  const [column, x, w, xEnd, sum, splat, bytes, shrink, mask, first] = [5, 6, 7, 8, 9, 10, 11, 12, 13, 17];
  const LARGER = 24;
  const start: Code = [...set(x, get(LEFT)), ...set(w, addInteger(get(RIGHT), get(column)))];
  const next: Code = [...advance(x, integer(FLOAT)), ...advance(w, get(COLUMNS))];
  const block = (vectors: number): Code => {
    const sums = Array.from({ length: vectors }, (_, index) => first + index);
    const sixteen = (four: number): Code => [
      ...set(bytes, loadFour(get(w), four * 4)),
      ...sums.slice(four, four + 4).flatMap((local, index) => {
        const weights = toFourFloats(pickBytes(get(bytes), get(mask + index)));
        return set(local, multiplyAddFour(get(splat), weights, get(local)));
      }),
    ];
    return [
      ...sums.flatMap((local) => set(local, zeroFour)),
      ...start,
      ...whileBelow(x, get(xEnd), [
        ...set(splat, multiplyFour(loadSplat(get(x)), get(shrink))),
        ...Array.from({ length: vectors / 4 }, (_, index) => sixteen(4 * index)).flat(),
        ...next,
      ]),
      ...sums.flatMap((local, index) =>
        storeFour(addInteger(get(OUT), bytesOf(get(column))), get(local), index * FOUR),
      ),
      ...advance(column, integer(vectors * 4)),
    ];
  };
  const single: Code = [
    ...set(sum, zeroFloat),
    ...start,
    ...whileBelow(x, get(xEnd), [
      ...set(sum, addFloat(get(sum), multiplyFloat(loadFloat(get(x)), toFloat(loadByte(get(w)))))),
      ...next,
    ]),
    ...storeFloat(addInteger(get(OUT), bytesOf(get(column))), get(sum)),
    ...advance(column, integer(1)),
  ];
  const NONE = 128;
  const topOf = (four: number): Code =>
    sixteenBytes([0, 1, 2, 3].flatMap((index) => [NONE, NONE, NONE, four * 4 + index]));
  const BLOCKS = [8, 4];
  return {
    name: 'multiplyRowBytes',
    parameters: PARAMETERS,
    locals: [I32, I32, I32, I32, F32, V128, V128, V128, ...Array.from({ length: 4 + 8 }, () => V128)],
    body: [
      ...[0, 1, 2, 3].flatMap((four) => set(mask + four, topOf(four))),
      ...set(shrink, fourOf(2 ** -LARGER)),
      ...set(column, integer(0)),
      ...set(xEnd, addInteger(get(LEFT), bytesOf(get(INNER)))),
      ...BLOCKS.flatMap((vectors) =>
        whileBelow(column, andInteger(get(COLUMNS), integer(-4 * vectors)), block(vectors)),
      ),
      ...whileBelow(column, get(COLUMNS), single),
    ],
  };
})();

function fourOf(value: number): Code {
  const four = new Uint8Array(Float32Array.of(value, value, value, value).buffer);
  return sixteenBytes([...four]);
}

const multiplyTransposed = ((): KernelFunction => {
  const [column, x, w, xEnd, xWhole, sum, a, b] = [5, 6, 7, 8, 9, 10, 11, 12];
  const step = (local: number, offset: number): Code =>
    set(local, addFour(get(local), multiplyFour(loadFour(get(x), offset), loadFour(get(w), offset))));
  const total = [0, 1, 2, 3].map((index) => lane(addFour(get(a), get(b)), index)).reduce(addFloat);
  return {
    name: 'multiplyTransposed',
    parameters: PARAMETERS,
    locals: [I32, I32, I32, I32, I32, F32, V128, V128],
    body: [
      ...set(column, integer(0)),
      ...set(xEnd, addInteger(get(LEFT), bytesOf(get(INNER)))),
      ...set(xWhole, addInteger(get(LEFT), wholeBytes(get(INNER), 8))),
      ...set(w, get(RIGHT)),
      ...whileBelow(column, get(COLUMNS), [
        ...set(a, zeroFour),
        ...set(b, zeroFour),
        ...set(x, get(LEFT)),
        ...whileBelow(x, get(xWhole), [
          ...step(a, 0),
          ...step(b, FOUR),
          ...advance(x, integer(2 * FOUR)),
          ...advance(w, integer(2 * FOUR)),
        ]),
        ...set(sum, total),
        ...whileBelow(x, get(xEnd), [
          ...set(sum, addFloat(get(sum), multiplyFloat(loadFloat(get(x)), loadFloat(get(w))))),
          ...advance(x, integer(FLOAT)),
          ...advance(w, integer(FLOAT)),
        ]),
        ...storeFloat(addInteger(get(OUT), multiplyInteger(get(column), integer(FLOAT))), get(sum)),
        ...advance(column, integer(1)),
      ]),
    ],
  };
})();

const MODULE = assembleModule([multiplyRow, multiplyRowBytes, multiplyTransposed, ...ELEMENTWISE]);
let compiled: WebAssembly.Module | null = null;

/** Kernels over this memory; null where WebAssembly may not be compiled. */
export function createMatrixKernel(memory: WebAssembly.Memory): MatrixKernel | null {
  try {
    compiled ??= new WebAssembly.Module(MODULE);
  } catch {
    return null;
  }
  const { exports } = new WebAssembly.Instance(compiled, { host: { memory } });
  // The module above exports just these.
  return exports as unknown as MatrixKernel;
}
