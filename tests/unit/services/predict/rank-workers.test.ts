import { expect, test } from 'vitest';
import { rankWorkers } from '../../../../src/services/predict/rank-workers.ts';
import type { Candidate } from '../../../../src/services/predict/rank-workers.ts';

const candidate = (name: string, given: Partial<Candidate> & { readonly backbones?: string[] } = {}): Candidate => ({
  worker: {
    id: `wrk_${name}`,
    name,
    url: 'http://127.0.0.1:1',
    accessToken: 'token',
    device: 'cpu',
    backbones: given.backbones ?? ['a', 'b'],
    queuedInputs: 0,
    queuedTokens: 0,
    inFlight: 0,
    isDraining: false,
    residentAdapters: [],
    registeredMs: 0,
    lastSeenMs: 0,
  },
  loadTokens: 0,
  warmShare: 0,
  isAvoided: false,
  ...given,
});
const IDLE = Array.from({ length: 8 }, (_, index) => candidate(`w${index}`));
const KEYS = Array.from({ length: 400 }, (_, index) => `adapter-${index}`);

const order = (candidates: readonly Candidate[], key: string, costTokens = 10): string[] =>
  rankWorkers(candidates, { backbone: 'a', key, costTokens }).map(({ worker }) => worker.name);
const first = (candidates: readonly Candidate[], key: string): string | undefined => order(candidates, key)[0];

test('the order does not depend on how the workers are listed, and names each once', () => {
  expect(order(IDLE.toReversed(), 'x')).toEqual(order(IDLE, 'x'));
  expect(order(IDLE, 'x').toSorted()).toEqual(IDLE.map(({ worker }) => worker.name));
});

test('when a worker goes, only the adapters it had move, and they spread', () => {
  const gone = first(IDLE, 'adapter-0');
  const left = IDLE.filter(({ worker }) => worker.name !== gone);
  const moved = KEYS.filter((key) => first(IDLE, key) !== first(left, key));
  expect(moved.every((key) => first(IDLE, key) === gone)).toBe(true);
  expect(new Set(moved.map((key) => first(left, key))).size).toBe(7);
});

test('adapters spread evenly enough over idle workers', () => {
  const shares = Map.groupBy(KEYS, (key) => first(IDLE, key));
  expect(shares.size).toBe(8);
  for (const keys of shares.values()) expect(keys.length).toBeLessThan(2 * (KEYS.length / 8));
});

test('a worker that has the backbone prepared goes before all that have not, however busy', () => {
  const prepared = candidate('late', { backbones: ['rare'], loadTokens: 50_000 });
  expect(rankWorkers([...IDLE, prepared], { backbone: 'rare', key: 'x', costTokens: 1 })[0]?.worker.name).toBe('late');
});

test('light load stays at home, heavy load overflows to a warm worker with room', () => {
  const [home = '', , other = ''] = order(IDLE, 'x');
  const withLoad = (tokens: number) =>
    IDLE.map((one) => ({
      ...one,
      loadTokens: one.worker.name === home ? tokens : 0,
      warmShare: one.worker.name === other ? 1 : 0,
    }));
  expect(first(withLoad(900), 'x')).toBe(home);
  expect(order(withLoad(20_000), 'x')[0]).toBe(other);
  // The home still has less to do than nobody: it is tried last of those that are well.
  expect(order(withLoad(20_000), 'x').at(-1)).toBe(home);
});

test('no worker gets much more than the mean, though every request is for one adapter', () => {
  const loads = new Map(IDLE.map(({ worker }) => [worker.name, 0]));
  for (let request = 0; request < 800; request += 1) {
    const candidates = IDLE.map((one) => ({ ...one, loadTokens: loads.get(one.worker.name) ?? 0 }));
    const [chosen] = rankWorkers(candidates, { backbone: 'a', key: 'hot', costTokens: 100 });
    const name = chosen?.worker.name ?? '';
    loads.set(name, (loads.get(name) ?? 0) + 100);
  }
  const mean = (800 * 100) / 8;
  for (const load of loads.values()) expect(load).toBeLessThanOrEqual(1.25 * mean + 100);
});

test('one that failed a moment ago comes after all that did not', () => {
  const home = first(IDLE, 'x');
  const candidates = IDLE.map((one) => ({ ...one, isAvoided: one.worker.name === home }));
  expect(order(candidates, 'x').at(-1)).toBe(home);
  expect(
    order(
      candidates.filter(({ isAvoided }) => isAvoided),
      'x',
    ),
  ).toEqual([home]);
});
