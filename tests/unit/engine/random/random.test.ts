import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, dropoutMask, normalArray } from '../../../../src/engine/index.ts';
import type { Random } from '../../../../src/engine/index.ts';

const words = (random: Random, count: number): readonly number[] => Array.from({ length: count }, () => random.word());
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('createRandom', () => {
  it('is xoshiro128**', () => {
    // From the authors' C code, seeded with 1, 2, 3, 4: https://prng.di.unimi.it/xoshiro128starstar.c
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    expect(words(createRandom([1, 2, 3, 4]), 10)).toEqual(expected);
  });

  it('goes on from a stored state', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(50), (seed, count) => {
        const random = createRandom(seed);
        words(random, count);
        random.normal();
        const copy = createRandom(random.state);
        expect(words(copy, 5)).toEqual(words(random, 5));
      }),
    );
  });

  it('gives neighbouring seeds different streams', () => {
    const firsts = Array.from({ length: 1000 }, (_, seed) => createRandom(seed).word());
    expect(new Set(firsts).size).toBe(1000);
  });

  it('permutes: every number once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(200), (seed, count) => {
        const order = createRandom(seed).permutation(count);
        expect(Array.from(order).toSorted((left, right) => left - right)).toEqual(
          Array.from({ length: count }, (_, index) => index),
        );
      }),
    );
  });

  it('draws normal numbers of mean 0 and deviation 1', () => {
    const values = normalArray(createRandom(1), 20_000, 1);
    expect(Math.abs(mean(values))).toBeLessThan(0.03);
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.04);
  });
});

describe('choose', () => {
  it('chooses by the draws that uniform would give, and leaves the same state', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(50), fc.double({ min: 0, max: 1, noNaN: true }), (seed, count, probability) => {
        const [random, other] = [createRandom(seed), createRandom(seed)];
        const filled = new Float32Array(count);
        random.choose(filled, { probability, chosen: 2, other: -1 });
        expect([...filled]).toEqual(Array.from(filled, () => (other.uniform() < probability ? 2 : -1)));
        expect(random.state).toEqual(other.state);
      }),
    );
  });
});

describe('dropoutMask', () => {
  it('drops the given share and keeps the mean', () => {
    const mask = dropoutMask(createRandom(3), 20_000, 0.25);
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(Math.abs(mean(mask) - 1)).toBeLessThan(0.03);
  });

  it('drops nothing at 0 and all at 1', () => {
    expect(new Set(dropoutMask(createRandom(3), 100, 0))).toEqual(new Set([1]));
    expect(new Set(dropoutMask(createRandom(3), 100, 1))).toEqual(new Set([0]));
  });
});
