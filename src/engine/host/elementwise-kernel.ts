import {
  addFloat,
  addFour,
  addInteger,
  andInteger,
  divideFloat,
  divideFour,
  get,
  I32,
  integer,
  loadFloat,
  loadFour,
  multiplyFloat,
  multiplyFour,
  set,
  shiftLeft,
  storeFloat,
  storeFour,
  subtractFloat,
  subtractFour,
  whileBelow,
} from './assembler.ts';
import type { Code, KernelFunction } from './assembler.ts';

/** out[count] of left[count] and right[count]; addresses in bytes. */
export type ElementwiseProduct = (left: number, right: number, out: number, count: number) => void;

type Operation = (left: Code, right: Code) => Code;

const FLOAT = 4;
const FOUR = 16;
const [LEFT, RIGHT, OUT, COUNT, AT, END] = [0, 1, 2, 3, 4, 5] as const;
const BYTES_LOG = 2;

/** Four at a time, then one by one: with the bits of a plain loop. */
function elementwise(name: string, four: Operation, one: Operation): KernelFunction {
  const place = (array: number): Code => addInteger(get(array), get(AT));
  const advance = (bytes: number): Code => set(AT, addInteger(get(AT), integer(bytes)));
  const bytesOf = (count: Code): Code => shiftLeft(count, integer(BYTES_LOG));
  return {
    name,
    parameters: [I32, I32, I32, I32],
    locals: [I32, I32],
    body: [
      ...set(AT, integer(0)),
      ...set(END, bytesOf(andInteger(get(COUNT), integer(-4)))),
      ...whileBelow(AT, get(END), [
        ...storeFour(place(OUT), four(loadFour(place(LEFT)), loadFour(place(RIGHT)))),
        ...advance(FOUR),
      ]),
      ...set(END, bytesOf(get(COUNT))),
      ...whileBelow(AT, get(END), [
        ...storeFloat(place(OUT), one(loadFloat(place(LEFT)), loadFloat(place(RIGHT)))),
        ...advance(FLOAT),
      ]),
    ],
  };
}

export const ELEMENTWISE: readonly KernelFunction[] = [
  elementwise('add', addFour, addFloat),
  elementwise('subtract', subtractFour, subtractFloat),
  elementwise('multiply', multiplyFour, multiplyFloat),
  elementwise('divide', divideFour, divideFloat),
];
