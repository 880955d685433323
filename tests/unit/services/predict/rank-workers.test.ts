import { expect, test } from 'vitest';
import { rankWorkers } from '../../../../src/services/predict/rank-workers.ts';
import type { WorkerRow } from '../../../../src/store/queries/workers.ts';

const worker = (name: string, backbones: string[] = ['a', 'b']): WorkerRow => ({
  id: `wrk_${name}`,
  name,
  url: 'http://127.0.0.1:1',
  accessToken: 'token',
  device: 'cpu',
  backbones,
  queuedInputs: 0,
  registeredMs: 0,
  lastSeenMs: 0,
});
const WORKERS = Array.from({ length: 8 }, (_, index) => worker(`w${index}`));
const first = (workers: readonly WorkerRow[], backbone: string): string | undefined =>
  rankWorkers(workers, backbone)[0]?.name;

test('the order does not depend on how the workers are listed', () => {
  expect(rankWorkers(WORKERS.toReversed(), 'a')).toEqual(rankWorkers(WORKERS, 'a'));
});

test('when a worker goes, only the backbones it had move', () => {
  const backbones = Array.from({ length: 50 }, (_, index) => `backbone-${index}`);
  const gone = first(WORKERS, 'backbone-0');
  const left = WORKERS.filter(({ name }) => name !== gone);
  for (const backbone of backbones) {
    const before = first(WORKERS, backbone);
    if (before !== gone) expect(first(left, backbone)).toBe(before);
  }
  expect(new Set(backbones.map((backbone) => first(WORKERS, backbone))).size).toBeGreaterThan(4);
});

test('a worker that has the backbone prepared goes before all that have not', () => {
  const prepared = worker('late', ['rare']);
  expect(first([...WORKERS, prepared], 'rare')).toBe('late');
});
