import { expect, test } from 'vitest';
import { createExportQueue } from '../../../gpu-worker/src/export/export-queue.ts';

/** Exports that end when they are told to, by name. */
function createMaker() {
  const begun: string[] = [];
  const ends = new Map<string, { resolve(made: string): void; reject(error: Error): void }>();
  const ending = new AbortController();
  const ask = createExportQueue({
    signal: ending.signal,
    keyOf: (name: string) => name,
    make: (name, signal) => {
      begun.push(name);
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      signal.addEventListener('abort', () => reject(new Error('killed')));
      ends.set(name, { resolve, reject });
      return promise;
    },
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { ask, begun, ends, ending, settle };
}

test('one at a time, and one for all that ask for the same', async () => {
  const { ask, begun, ends, settle } = createMaker();
  const asked = [ask('a'), ask('b'), ask('a')];
  await settle();
  expect(begun).toEqual(['a']);
  ends.get('a')?.resolve('made a');
  await settle();
  expect(begun).toEqual(['a', 'b']);
  ends.get('b')?.resolve('made b');
  expect(await Promise.all(asked)).toEqual(['made a', 'made b', 'made a']);
  const again = ask('a');
  await settle();
  expect(begun).toEqual(['a', 'b', 'a']);
  ends.get('a')?.resolve('made again');
  expect(await again).toBe('made again');
});

test('what fails, fails for those that asked for it, and the next is made', async () => {
  const { ask, ends, settle } = createMaker();
  const first = ask('a');
  const next = ask('b');
  await settle();
  ends.get('a')?.reject(new Error('no room'));
  await expect(first).rejects.toThrow('no room');
  await settle();
  ends.get('b')?.resolve('made b');
  expect(await next).toBe('made b');
});

test('more than eight are refused, to be asked again', async () => {
  const { ask, ending } = createMaker();
  const waiting = Array.from({ length: 8 }, (_, index) => ask(String(index)));
  await expect(ask('8')).rejects.toMatchObject({ code: 'overloaded', retryAfterS: 30 });
  ending.abort();
  await Promise.allSettled(waiting);
});

test('when the worker ends, so do they: another worker may be asked', async () => {
  const { ask, ending, settle } = createMaker();
  const both = [ask('a'), ask('b')];
  await settle();
  ending.abort();
  for (const result of await Promise.allSettled(both))
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'no_worker', retryAfterS: 1 } });
});
