// As much of WebAssembly's binary format as kernels take. Byte codes: https://webassembly.github.io/spec/core/binary.

export type Code = readonly number[];

export const I32 = 0x7f;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;

const END = 0x0b;
const SIMD = 0xfd;

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const integer = (value: number): Code => [0x41, ...signed(value)];

export const binary =
  (...operation: number[]) =>
  (left: Code, right: Code): Code => [...left, ...right, ...operation];
export const addInteger = binary(0x6a);
export const multiplyInteger = binary(0x6c);
export const andInteger = binary(0x71);
export const shiftLeft = binary(0x74);
const isAtLeast = binary(0x4f);
export const addFloat = binary(0x92);
export const multiplyFloat = binary(0x94);
export const subtractFloat = binary(0x93);
export const divideFloat = binary(0x95);
export const addFour = binary(SIMD, ...unsigned(228));
export const subtractFour = binary(SIMD, ...unsigned(229));
export const multiplyFour = binary(SIMD, ...unsigned(230));
export const divideFour = binary(SIMD, ...unsigned(231));
/** left * right + sum, rounded once or twice as the machine likes: the same every time on one. */
export const multiplyAddFour = (left: Code, right: Code, sum: Code): Code => [
  ...left,
  ...right,
  ...sum,
  SIMD,
  ...unsigned(261),
];
/** Bytes by place; places from 128 on give 0. */
export const pickBytes = binary(SIMD, ...unsigned(256));
export const toFourFloats = (integers: Code): Code => [...integers, SIMD, ...unsigned(250)];
export const sixteenBytes = (bytes: readonly number[]): Code => [SIMD, 12, ...bytes];
export const toFloat = (whole: Code): Code => [...whole, 0xb2];
export const loadByte = (address: Code): Code => [...address, 0x2c, 0, 0];

export const loadFloat = (address: Code, offset = 0): Code => [...address, 0x2a, 2, ...unsigned(offset)];
export const storeFloat = (address: Code, value: Code): Code => [...address, ...value, 0x38, 2, 0];
export const loadFour = (address: Code, offset = 0): Code => [...address, SIMD, 0, 2, ...unsigned(offset)];
export const storeFour = (address: Code, value: Code, offset = 0): Code => {
  return [...address, ...value, SIMD, 11, 2, ...unsigned(offset)];
};
/** One float, four times over. */
export const loadSplat = (address: Code, offset = 0): Code => [...address, SIMD, 9, 2, ...unsigned(offset)];
export const zeroFloat: Code = [0x43, 0, 0, 0, 0];
export const zeroFour: Code = [SIMD, 12, ...Array.from({ length: 16 }, () => 0)];
export const lane = (four: Code, index: number): Code => [...four, SIMD, 31, index];

/** Repeats the body while the local is below the limit; both hold addresses or counts. */
export function whileBelow(local: number, limit: Code, body: Code): Code {
  const leave: Code = [...isAtLeast(get(local), limit), 0x0d, 1];
  return [0x02, 0x40, 0x03, 0x40, ...leave, ...body, 0x0c, 0, END, END];
}

/** An operation on vectors, by its number. */
export const simd = (operation: number): Code => [SIMD, ...unsigned(operation)];

export interface KernelFunction {
  readonly name: string;
  /** Their types. */
  readonly parameters: readonly number[];
  /** Types of the other locals, numbered after the parameters. */
  readonly locals: readonly number[];
  readonly body: Code;
}

/** A module of functions without results over an imported memory, `host.memory`. */
export function assembleModule(functions: readonly KernelFunction[]): Uint8Array<ArrayBuffer> {
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const types = functions.map(({ parameters }) => [0x60, ...vector(parameters.map((type) => [type])), 0]);
  const exported = functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]);
  const bodies = functions.map(({ locals, body }) => sized([...vector(locals.map((type) => [1, type])), ...body, END]));
  return Uint8Array.from([
    ...header,
    ...section(1, types),
    ...section(2, [[...text('host'), ...text('memory'), 0x02, 0x00, 1]]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(7, exported),
    ...section(10, bodies),
  ]);
}

function unsigned(number: number): Code {
  return number < 128 ? [number] : [(number & 127) | 128, ...unsigned(number >>> 7)];
}

function signed(number: number): Code {
  const low = number & 127;
  const rest = number >> 7;
  const isLast = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0);
  return isLast ? [low] : [low | 128, ...signed(rest)];
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (code: Code): Code => [...unsigned(code.length), ...code];
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(vector(items))];
const text = (name: string): Code => sized(Array.from(name, (letter) => letter.charCodeAt(0)));
