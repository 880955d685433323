import {
  addInteger,
  assembleModule,
  binary,
  F64,
  get,
  I32,
  integer,
  set,
  simd,
  V128,
  whileBelow,
} from '../host/assembler.ts';
import type { Code } from '../host/assembler.ts';
import { STEP_FACTORS } from './adam-w.ts';
import type { StepFactors } from './adam-w.ts';

// AdamW's update in WebAssembly, two numbers at a time: the same operations in the same order as adam-w.ts has them, so the same bits,
// in half the time.

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

const unary =
  (operation: number) =>
  (x: Code): Code => [...x, ...simd(operation)];
const both = (operation: number) => binary(...simd(operation));
const splat = unary(20);
const sqrt = unary(239);
const add = both(240);
const sub = both(241);
const mul = both(242);
const div = both(243);
const ALIGNMENT_4 = 2;
/** Two float32 as two float64. */
const load = (from: Address): Code => [...get(address(from)), ...simd(93), ALIGNMENT_4, 0, ...simd(95)];
const store = (to: Address, x: Code): Code => [...get(address(to)), ...x, ...simd(94), ...simd(91), ALIGNMENT_4, 0, 0];
const advance = (name: Address): Code => set(address(name), addInteger(get(address(name)), integer(8)));

const TURN: Code = [
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
];

const MODULE = assembleModule([
  {
    name: 'step',
    parameters: [...ADDRESSES.map(() => I32), ...STEP_FACTORS.map(() => F64)],
    locals: [...STEP_FACTORS, ...VALUES].map(() => V128),
    body: [
      ...STEP_FACTORS.flatMap((_, index) => set(VECTORS + index, splat(get(ADDRESSES.length + index)))),
      ...whileBelow(address('parameter'), get(address('end')), TURN),
    ],
  },
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
