import { STEP_FACTORS } from './adam-w.ts';
import type { StepFactors } from './adam-w.ts';

// AdamW's update in WebAssembly, two numbers at a time: the same operations in the same order as adam-w.ts has them, so the same bits,
// in half the time. Byte codes: https://webassembly.github.io/spec/core/binary.

type Code = readonly number[];

const I32 = 0x7f;
const F64 = 0x7c;
const V128 = 0x7b;
type FactorName = (typeof STEP_FACTORS)[number];

/** Where each of the function's variables lies: addresses, the end of the parameter, factors, factors twice over, values of a turn. */
const ADDRESSES = ['parameter', 'gradient', 'first', 'second', 'end'] as const;
const VALUES = ['slope', 'mean', 'variance'] as const;
type Address = Exclude<(typeof ADDRESSES)[number], 'end'>;
const VECTORS = ADDRESSES.length + STEP_FACTORS.length;

const address = (name: (typeof ADDRESSES)[number]): number => ADDRESSES.indexOf(name);
const factor = (name: FactorName): Code => get(VECTORS + STEP_FACTORS.indexOf(name));
const valueAt = (name: (typeof VALUES)[number]): number => VECTORS + STEP_FACTORS.length + VALUES.indexOf(name);
const value = (name: (typeof VALUES)[number]): Code => get(valueAt(name));

const get = (local: number): Code => [0x20, local];
const set = (local: number, code: Code): Code => [...code, 0x21, local];
const simd = (operation: number): Code => [0xfd, ...unsigned(operation)];
const unary =
  (operation: number) =>
  (x: Code): Code => [...x, ...simd(operation)];
const binary =
  (operation: number) =>
  (left: Code, right: Code): Code => [...left, ...right, ...simd(operation)];
const splat = unary(20);
const sqrt = unary(239);
const add = binary(240);
const sub = binary(241);
const mul = binary(242);
const div = binary(243);
const ALIGNMENT_4 = 2;
/** Two float32 as two float64. */
const load = (from: Address): Code => [...get(address(from)), ...simd(93), ALIGNMENT_4, 0, ...simd(95)];
const store = (to: Address, x: Code): Code => [...get(address(to)), ...x, ...simd(94), ...simd(91), ALIGNMENT_4, 0, 0];
const advance = (name: Address): Code => set(address(name), [...get(address(name)), 0x41, 8, 0x6a]);

const LOOP = [0x03, 0x40];
const END = 0x0b;
const REPEAT_UNLESS_AT_END: Code = [...get(address('parameter')), ...get(address('end')), 0x49, 0x0d, 0];

const BODY: Code = [
  ...STEP_FACTORS.flatMap((_, index) => set(VECTORS + index, splat(get(ADDRESSES.length + index)))),
  ...LOOP,
  ...set(valueAt('slope'), load('gradient')),
  ...set(valueAt('mean'), add(mul(factor('beta1'), load('first')), mul(factor('gain1'), value('slope')))),
  ...set(
    valueAt('variance'),
    add(mul(factor('beta2'), load('second')), mul(mul(factor('gain2'), value('slope')), value('slope'))),
  ),
  ...store('first', value('mean')),
  ...store('second', value('variance')),
  ...store(
    'parameter',
    sub(
      mul(load('parameter'), factor('kept')),
      div(
        mul(factor('stepSize'), value('mean')),
        add(mul(sqrt(value('variance')), factor('correction')), factor('epsilon')),
      ),
    ),
  ),
  ...(['parameter', 'gradient', 'first', 'second'] as const).flatMap(advance),
  ...REPEAT_UNLESS_AT_END,
  END,
  END,
];

function unsigned(number: number): Code {
  return number < 128 ? [number] : [(number & 127) | 128, ...unsigned(number >>> 7)];
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (code: Code): Code => [...unsigned(code.length), ...code];
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(vector(items))];
const text = (name: string): Code => sized(Array.from(name, (letter) => letter.charCodeAt(0)));

/** The magic word and the version. */
const HEADER: Code = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const PARAMETERS = [...ADDRESSES.map(() => [I32]), ...STEP_FACTORS.map(() => [F64])];
const LOCALS = vector([[STEP_FACTORS.length + VALUES.length, V128]]);

const MODULE = Uint8Array.from([
  ...HEADER,
  ...section(1, [[0x60, ...vector(PARAMETERS), 0]]),
  ...section(2, [[...text('host'), ...text('memory'), 0x02, 0x00, 1]]),
  ...section(3, [[0]]),
  ...section(7, [[...text('step'), 0x00, 0]]),
  ...section(10, [sized([...LOCALS, ...BODY])]),
]);

export interface AdamWMemory {
  /** Zeros, as many as asked for, where the kernel can work on them. */
  readonly allocate: (length: number) => Float32Array;
  /** One step over arrays of this memory; the gradient may lie elsewhere. */
  readonly step: (arrays: KernelArrays, gradient: Float32Array, factors: StepFactors) => void;
}

export interface KernelArrays {
  readonly parameter: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

const PAGE = 65_536;
const BYTES = 4;
let compiled: WebAssembly.Module | null = null;

/** Memory for arrays of these lengths, and a gradient's copy; null where WebAssembly may not be compiled. */
export function createAdamWMemory(lengths: readonly number[]): AdamWMemory | null {
  try {
    compiled ??= new WebAssembly.Module(MODULE);
  } catch {
    return null;
  }
  const longest = Math.max(0, ...lengths);
  const total = lengths.reduce((sum, length) => sum + pairs(length), pairs(longest));
  const memory = new WebAssembly.Memory({ initial: Math.ceil((total * BYTES) / PAGE) + 1 });
  const { exports } = new WebAssembly.Instance(compiled, { host: { memory } });
  // The module above exports just this.
  const run = exports['step'] as (...numbers: readonly number[]) => void;
  let end = 0;
  const allocate = (length: number): Float32Array => {
    const array = new Float32Array(memory.buffer, end * BYTES, length);
    end += pairs(length);
    return array;
  };
  const scratch = allocate(longest);
  return {
    allocate,
    step: ({ parameter, first, second }, gradient, factors) => {
      if (parameter.length === 0) return;
      scratch.set(gradient);
      // The pair of an odd last number: zero moves nothing.
      scratch.fill(0, gradient.length, gradient.length + 1);
      const from = parameter.byteOffset;
      run(
        from,
        scratch.byteOffset,
        first.byteOffset,
        second.byteOffset,
        from + pairs(parameter.length) * BYTES,
        ...STEP_FACTORS.map((name) => factors[name]),
      );
    },
  };
}

const pairs = (length: number): number => 2 * Math.ceil(length / 2);
