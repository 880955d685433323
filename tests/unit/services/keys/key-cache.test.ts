import { expect, test } from 'vitest';
import { createKeyCache } from '../../../../src/services/keys/key-cache.ts';
import { newKeyRow } from '../../../../src/services/keys/new-key-row.ts';

const row = (secret: string) => newKeyRow({ projectId: 'proj_a', name: 'k', secret, scopes: ['predict'], nowMs: 0 });

test('forgets a key after 30 s', () => {
  const cache = createKeyCache();
  const key = row('a');
  cache.set(key, 0);
  expect(cache.get(key.hash, 29_999)).toBe(key);
  expect(cache.get(key.hash, 30_000)).toBeUndefined();
});

test('a look-up does not make a key younger', () => {
  const cache = createKeyCache();
  const key = row('a');
  cache.set(key, 0);
  cache.get(key.hash, 20_000);
  expect(cache.get(key.hash, 30_000)).toBeUndefined();
});

test('is bounded: the key unused for longest leaves', () => {
  const cache = createKeyCache(2);
  const [a, b, c] = [row('a'), row('b'), row('c')];
  cache.set(a, 0);
  cache.set(b, 0);
  cache.get(a.hash, 1);
  cache.set(c, 2);
  expect([a, b, c].map(({ hash }) => cache.get(hash, 3) !== undefined)).toEqual([true, false, true]);
});
