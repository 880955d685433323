import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseText } from '../../../src/levi/data/content-key.ts';
import { splitRows } from '../../../src/levi/data/split-rows.ts';
import type { Split, SplitOptions } from '../../../src/levi/data/split-rows.ts';

const options: SplitOptions = {
  fraction: 0.15,
  cap: 1000,
  parts: ['validation', 'test'],
  permute: (n) => Int32Array.from({ length: n }, (_, index) => n - 1 - index),
};

function split(texts: readonly string[], targets: readonly number[], changed: Partial<SplitOptions> = {}): Split {
  return splitRows(texts.map(normaliseText), Int32Array.from(targets), { ...options, ...changed });
}

const distinct = (n: number): string[] => Array.from({ length: n }, (_, index) => `text ${index}`);

test('puts every row on exactly one side and the same text never on two', () => {
  const rows = fc.array(fc.record({ text: fc.constantFrom(...distinct(40), 'Text  3', 'TEXT 4'), target: fc.nat(3) }), {
    minLength: 60,
  });
  fc.assert(
    fc.property(rows, (data) => {
      const { train, validation, test } = split(
        data.map(({ text }) => text),
        data.map(({ target }) => target),
      );
      expect([...train, ...validation, ...test].sort((a, b) => a - b)).toEqual([...data.keys()]);
      const texts = [train, validation, test].map(
        (part) => new Set([...part].map((row) => normaliseText(data[row]?.text ?? ''))),
      );
      for (const text of texts[0] ?? []) expect(texts[1]?.has(text) || texts[2]?.has(text)).toBe(false);
      for (const text of texts[1] ?? []) expect(texts[2]?.has(text)).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('keeps every class in training, also those of one row', () => {
  const targets = [...Array.from({ length: 30 }, () => 0), ...Array.from({ length: 30 }, (_, index) => index + 1)];
  const { train, validation, test } = split(distinct(60), targets);
  expect(new Set([...train].map((row) => targets[row])).size).toBe(31);
  expect(validation.length).toBeGreaterThan(0);
  expect(test.length).toBeGreaterThan(0);
});

test('holds out 15 % of each class, at most the cap', () => {
  const targets = Array.from({ length: 2000 }, (_, row) => (row % 4 === 0 ? 1 : 0));
  const { train, validation, test } = split(distinct(2000), targets);
  expect([train.length, validation.length, test.length]).toEqual([1400, 300, 300]);
  expect([...test].filter((row) => targets[row] === 1)).toHaveLength(75);
  expect(split(distinct(2000), targets, { cap: 100 }).test).toHaveLength(100);
});

test('holds out at least one row per part from ten rows', () => {
  const { train, validation, test } = split(distinct(10), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  expect(train.length).toBeGreaterThanOrEqual(6);
  expect(validation.length).toBeGreaterThanOrEqual(1);
  expect(test.length).toBeGreaterThanOrEqual(1);
});

test('holds out no test rows where only validation is asked for', () => {
  expect(
    split(
      distinct(100),
      distinct(100).map((_, row) => row % 2),
      { parts: ['validation'] },
    ).test,
  ).toHaveLength(0);
});

test('refuses a file of copies', () => {
  expect(() =>
    split(
      Array.from({ length: 20 }, () => 'same'),
      Array.from({ length: 20 }, (_, row) => row % 2),
    ),
  ).toThrow(/too few different texts/u);
});
