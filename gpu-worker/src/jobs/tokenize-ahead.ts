import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TokenSequence } from '../tokenizer/load-tokenizer.ts';

export interface NumberedText {
  readonly index: number;
  readonly text: string;
}

export interface TokenizingAhead {
  /** The tokens of a chunk, in its order. */
  readonly take: (chunk: number) => readonly TokenSequence[];
  /** Works on the chunks in their order until all are done, a few texts at a time. Rejects with the signal's reason. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

const TEXTS_A_TURN = 16;

/**
 * Texts become tokens while the device works on earlier chunks. What is asked for sooner is made at once, never waited for: which
 * texts share a batch must not depend on who is faster, since it moves the last bits of their features.
 */
export function tokenizeAhead(
  chunks: readonly (readonly NumberedText[])[],
  encode: (text: string) => TokenSequence,
): TokenizingAhead {
  const made = chunks.map((): TokenSequence[] => []);
  const work = (index: number, atMost: number): readonly TokenSequence[] => {
    const done = made[index] ?? [];
    for (const { text } of chunks[index]?.slice(done.length, done.length + atMost) ?? []) done.push(encode(text));
    return done;
  };
  return {
    take: (chunk) => work(chunk, Number.POSITIVE_INFINITY),
    run: async (signal) => {
      for (const [index, chunk] of chunks.entries()) {
        while (work(index, TEXTS_A_TURN).length < chunk.length) await nextTurn(undefined, { signal });
      }
    },
  };
}
