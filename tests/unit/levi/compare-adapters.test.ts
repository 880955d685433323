import { expect, test } from 'vitest';
import { LIMITS } from '../../../src/contract/limits.ts';
import { tensor, writeSafetensors } from '../../../src/engine/index.ts';
import { writeBundle } from '../../../src/levi/adapter/bundle.ts';
import { compareAdapters } from '../../../src/levi/adapter/compare-adapters.ts';

const write = (manifest: object, tensors: Readonly<Record<string, readonly number[]>>): Uint8Array =>
  writeSafetensors(
    Object.fromEntries(
      Object.entries(tensors).map(([name, values]) => [name, tensor(Float32Array.from(values), [values.length])]),
    ),
    { levigate: JSON.stringify(manifest) },
  );

const manifest = { labels: ['a', 'b'], provenance: { threads: 2, device: 'cpu' } };

test('names what differs: keys of the manifest first, then tensors with their largest difference', () => {
  const first = write(manifest, { bias: [1, 2], head: [0.5], old: [1] });
  const provenance = { threads: 4, device: 'cpu', runtime: 'new' };
  const second = write({ ...manifest, provenance }, { bias: [1, 2.25], head: [0.5, 1] });
  expect(compareAdapters(first, second)).toEqual([
    { part: 'manifest', name: 'provenance.threads', expected: '2', found: '4', largest_difference: null },
    { part: 'manifest', name: 'provenance.runtime', expected: null, found: '"new"', largest_difference: null },
    { part: 'tensor', name: 'bias', expected: 'float32 [2]', found: 'float32 [2]', largest_difference: 0.25 },
    { part: 'tensor', name: 'head', expected: 'float32 [1]', found: 'float32 [2]', largest_difference: null },
    { part: 'tensor', name: 'old', expected: 'float32 [1]', found: null, largest_difference: null },
  ]);
});

test('finds nothing where the tensors are the same numbers', () => {
  expect(compareAdapters(write(manifest, { bias: [1] }), write(manifest, { bias: [1] }))).toEqual([]);
});

test('of a bundle it says which target differs', () => {
  const bundle = (threads: number, weight: number): Uint8Array =>
    writeBundle(
      new Map([
        ['topic', write({ provenance: { threads: 1 } }, { bias: [1] })],
        ['rating', write({ provenance: { threads } }, { bias: [weight] })],
      ]),
    );
  expect(compareAdapters(bundle(1, 1), bundle(2, 3))).toEqual([
    { part: 'manifest', name: '1/provenance.threads', expected: '1', found: '2', largest_difference: null },
    { part: 'tensor', name: '1/bias', expected: 'float32 [1]', found: 'float32 [1]', largest_difference: 2 },
  ]);
});

test('a number that is NaN on one side differs', () => {
  const [difference] = compareAdapters(write(manifest, { bias: [1] }), write(manifest, { bias: [NaN] }));
  expect(difference).toMatchObject({ name: 'bias', largest_difference: null });
});

test('lists no more than the limit, and refuses what is no adapter', () => {
  const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`t${index}`, [index]]));
  expect(compareAdapters(write({}, many), write({}, {}))).toHaveLength(LIMITS.verificationDifferences);
  expect(() => compareAdapters(new Uint8Array(3), write({}, {}))).toThrow('too short');
});
