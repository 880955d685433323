import { FNV_OFFSET, FNV_PRIME } from '../data/fnv.ts';
import type { NodeWriter } from './node-writer.ts';

// `task-model/hash-ngrams.ts` in ONNX: 32-bit arithmetic in int64, since products stay below 2^63 there and operators on bits are younger
// than many backbones' graphs.
const MIX_HIGH = 0x85eb;
const MIX_LOW = 0xca6b;
const TWO_16 = 2 ** 16;
const TWO_32 = 2 ** 32;
const SPACE = 0x20;

/** Words as runs of units: `codes` `[U]`, and where each word begins and how long it is, `[W]`. All int64. */
export interface WordRuns {
  readonly codes: string;
  readonly lastUnit: string;
  readonly starts: string;
  readonly lengths: string;
  readonly longest: string;
}

export interface Hasher {
  /** The hash of no unit, for each of the words. */
  begin(words: WordRuns): string;
  /** Each state went on with its word's units. */
  goOn(states: string, words: WordRuns): string;
  /** States that went on with a space. */
  space(states: string): string;
  /** Buckets of finished states, 0 to 65535. */
  finish(states: string): string;
}

export function createHasher(writer: NodeWriter): Hasher {
  const xorTable = writer.store('int64', [TWO_16], bytesXor());
  const xor16 = (to: NodeWriter, left: string, right: string): string => {
    const [leftHigh, leftLow] = split(to, left, 256);
    const [rightHigh, rightLow] = split(to, right, 256);
    const look = (high: string, low: string): string =>
      to.node('Gather', [xorTable, to.node('Add', [to.node('Mul', [high, to.scalar(256)]), low])]);
    return to.node('Add', [to.node('Mul', [look(leftHigh, rightHigh), to.scalar(256)]), look(leftLow, rightLow)]);
  };
  const step = (to: NodeWriter, states: string, codes: string): string => {
    const [high, low] = split(to, states, TWO_16);
    const mixed = to.node('Add', [to.node('Mul', [high, to.scalar(TWO_16)]), xor16(to, low, codes)]);
    return to.node('Mod', [to.node('Mul', [mixed, to.scalar(FNV_PRIME)]), to.scalar(TWO_32)]);
  };
  return {
    begin: ({ starts }) =>
      writer.node('Add', [writer.node('Mul', [starts, writer.scalar(0)]), writer.scalar(FNV_OFFSET)]),
    goOn: (states, { codes, lastUnit, starts, lengths, longest }) =>
      writer.loop(longest, states, (body, given) => {
        const at = body.node('Min', [body.node('Add', [starts, given.step]), lastUnit]);
        const moved = step(body, given.state, body.node('Gather', [codes, at]));
        return body.node('Where', [body.node('Less', [given.step, lengths]), moved, given.state]);
      }),
    space: (states) => step(writer, states, writer.scalar(SPACE)),
    finish: (states) => {
      const [high, low] = split(writer, states, TWO_16);
      const folded = writer.node('Add', [writer.node('Mul', [high, writer.scalar(TWO_16)]), xor16(writer, low, high)]);
      const product = writer.node('Mod', [
        writer.node('Add', [
          writer.node('Mul', [
            writer.node('Mod', [writer.node('Mul', [folded, writer.scalar(MIX_HIGH)]), writer.scalar(TWO_16)]),
            writer.scalar(TWO_16),
          ]),
          writer.node('Mul', [folded, writer.scalar(MIX_LOW)]),
        ]),
        writer.scalar(TWO_32),
      ]);
      const shifted = writer.node('Mod', [
        writer.node('Div', [product, writer.scalar(2 ** 13)]),
        writer.scalar(TWO_16),
      ]);
      return xor16(writer, writer.node('Mod', [product, writer.scalar(TWO_16)]), shifted);
    },
  };
}

/** A number that is not negative in its part above and its part below. */
function split(to: NodeWriter, value: string, by: number): readonly [string, string] {
  const high = to.node('Div', [value, to.scalar(by)]);
  return [high, to.node('Mod', [value, to.scalar(by)])];
}

/** a xor b at a x 256 + b. */
const bytesXor = (): BigInt64Array =>
  BigInt64Array.from({ length: TWO_16 }, (_, at) => BigInt((at >> 8) ^ (at & 0xff)));
