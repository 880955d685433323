import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { tokenizeAhead } from '../../../gpu-worker/src/jobs/tokenize-ahead.ts';

const encode = (text: string) => ({ ids: Int32Array.of(text.length), isTruncated: false });
const chunksOf = (sizes: readonly number[]) =>
  sizes.map((size, chunk) =>
    Array.from({ length: size }, (_, index) => ({ index, text: 'x'.repeat(chunk * 40 + index) })),
  );
const lengths = (sequences: readonly { readonly ids: Int32Array }[]) => sequences.map(({ ids }) => ids[0]);
const never = new AbortController().signal;

it('gives each chunk whole and in its order, before, while and after it works ahead', async () => {
  const chunks = chunksOf([40, 20, 0, 33]);
  const ahead = tokenizeAhead(chunks, encode);
  const expected = chunks.map((chunk) => chunk.map(({ text }) => text.length));
  expect(lengths(ahead.take(1))).toEqual(expected[1]);
  const running = ahead.run(never);
  expect(lengths(ahead.take(3))).toEqual(expected[3]);
  await running;
  expect(chunks.map((_, index) => lengths(ahead.take(index)))).toEqual(expected);
});

it('encodes every text once', async () => {
  let calls = 0;
  const ahead = tokenizeAhead(chunksOf([40, 20]), (text) => {
    calls += 1;
    return encode(text);
  });
  ahead.take(0);
  await ahead.run(never);
  ahead.take(1);
  expect(calls).toBe(60);
});

it('lets other work of the process run between a few texts', async () => {
  let made = 0;
  const ahead = tokenizeAhead(chunksOf([300]), (text) => {
    made += 1;
    return encode(text);
  });
  const running = ahead.run(never);
  await nextTurn();
  expect(made).toBeGreaterThan(0);
  expect(made).toBeLessThan(300);
  await running;
});

it("stops with the signal's reason", async () => {
  const cancel = new AbortController();
  const running = tokenizeAhead(chunksOf([300]), encode).run(cancel.signal);
  cancel.abort(new Error('cancelled'));
  await expect(running).rejects.toThrow();
});
