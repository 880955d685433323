import { expect, test } from 'vitest';
import { createKeyCache } from '../../../../src/services/keys/key-cache.ts';
import { newKeyRow } from '../../../../src/services/keys/new-key-row.ts';
import type { KeyOfProject } from '../../../../src/store/queries/api-keys.ts';

const row = (secret: string, projectId = 'proj_a'): KeyOfProject => ({
  key: newKeyRow({ projectId, name: 'k', secret, scopes: ['predict'], nowMs: 0 }),
  project: { id: projectId, name: 'p', cacheSalt: 'salt', createdMs: 0, limits: null },
});

test('forgets a key after 30 s', () => {
  const cache = createKeyCache();
  const one = row('a');
  cache.set(one, 0);
  expect(cache.get(one.key.hash, 29_999)).toBe(one);
  expect(cache.get(one.key.hash, 30_000)).toBeUndefined();
});

test('a look-up does not make a key younger', () => {
  const cache = createKeyCache();
  const one = row('a');
  cache.set(one, 0);
  cache.get(one.key.hash, 20_000);
  expect(cache.get(one.key.hash, 30_000)).toBeUndefined();
});

test('is bounded: the key unused for longest leaves', () => {
  const cache = createKeyCache(2);
  const [a, b, c] = [row('a'), row('b'), row('c')];
  cache.set(a, 0);
  cache.set(b, 0);
  cache.get(a.key.hash, 1);
  cache.set(c, 2);
  expect([a, b, c].map(({ key }) => cache.get(key.hash, 3) !== undefined)).toEqual([true, false, true]);
});

test("a project's keys are forgotten together, and no others", () => {
  const cache = createKeyCache();
  const rows = [row('a'), row('b'), row('c', 'proj_b')];
  for (const one of rows) cache.set(one, 0);
  cache.deleteProject('proj_a');
  expect(rows.map(({ key }) => cache.get(key.hash, 1) !== undefined)).toEqual([false, false, true]);
});
