import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inferFieldType } from '../../../src/levi/fields/infer-field-type.ts';
import { summariseField } from '../../../src/levi/fields/summarise-field.ts';

function summarise(values: readonly unknown[], name = 'field') {
  const summariser = summariseField(name);
  for (const value of values) summariser.add(value);
  return summariser.summary();
}
const infer = (values: readonly unknown[], name?: string) => inferFieldType(summarise(values, name));

const many = (count: number, value: (index: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, index) => value(index));

test.each<[string, readonly unknown[], string, string?]>([
  ['names', ['pro', 'free', 'pro'], 'categorical'],
  ['true and false', [true, false], 'categorical'],
  ['nothing at all', [null, '', undefined, Number.NaN, 'NaN'], 'categorical'],
  ['numbers', [1.5, 2, 3], 'number'],
  ['numbers as text, with gaps', ['1.5', '', ' 2e3 ', 'nan', '-.5'], 'number'],
  ['ages', many(2_000, (index) => 18 + (index % 80)), 'number'],
  ['days of a year', many(2_000, (index) => 1 + (index % 366)), 'number'],
  ['incomes, each another', many(2_000, (index) => 20_000 + index * 37), 'number'],
  ['row numbers', many(2_000, (index) => index), 'id'],
  ['row numbers as floats, with gaps', many(2_000, (index) => (index % 9 === 0 ? '' : `${index}.0`)), 'id'],
  ['user names', many(500, (index) => `user-${index % 250}`), 'id'],
  ['postal codes, which begin with zeros', ['01067', '04109', '10115'], 'categorical'],
  ['whole numbers under the name of an id', [7, 9, 7], 'id', 'user_id'],
  ['names under the name of an id', ['a7', 'b9'], 'id', 'itemId'],
  ['fractions under the name of an id', [7.5, 9.25], 'number', 'grid'],
  ['a name that only ends like one', ['a', 'b'], 'categorical', 'paid'],
  ['a measurement that is called an id', [7.5, 9.25], 'number', 'id'],
  ['ISO dates', ['2026-11-23', '2026-11-23T10:00:00Z', null], 'date'],
  ['dates of which one is in another order', ['2026-11-23', '23.11.2026'], 'categorical'],
  ['dates that no calendar has', ['2026-13-45', '2026-11-23'], 'categorical'],
  ['numbers among names', [1, 2, 'none'], 'categorical'],
  ['numbers and infinity, which reading then refuses', ['1', 'inf', '-Infinity'], 'number'],
])('reads %s', (_, values, type, name) => {
  expect(infer(values, name)).toBe(type);
});

test('counts what is missing and what differs, 12 and 12.0 as one', () => {
  expect(summarise([12, '12.0', ' 12 ', null, 'x', ''])).toMatchObject({ values: 4, missing: 2, distinct: 2 });
});

test('the order of the rows changes nothing', () => {
  const value = fc.oneof(fc.constantFrom('', null, 'a', '7', '2026-01-02'), fc.double(), fc.integer(), fc.boolean());
  fc.assert(
    fc.property(fc.array(value, { maxLength: 50 }), (values) => {
      expect(summarise(values.toReversed())).toEqual(summarise(values));
    }),
  );
});

test('100,000 different values are counted in bounded memory', () => {
  expect(summarise(many(100_000, (index) => `v${index}`))).toMatchObject({ values: 100_000, distinct: 20_000 });
});
