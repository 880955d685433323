import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDate, readName, readNumber } from '../../../src/levi/fields/field-values.ts';
import type { FieldValues } from '../../../src/levi/fields/field-values.ts';
import { createFieldsEncoder, fieldCoverage, MISSING, UNKNOWN } from '../../../src/levi/fields/fields-encoder.ts';
import { FieldsSchema, MAX_EMBEDDINGS, MAX_FIELDS } from '../../../src/levi/fields/fields-schema.ts';
import { inferFieldTypes, learnFieldsSchema } from '../../../src/levi/fields/learn-fields-schema.ts';
import type { FieldTypes } from '../../../src/levi/fields/learn-fields-schema.ts';

function learnFields(rows: readonly (FieldValues | undefined)[], types?: FieldTypes): FieldsSchema {
  return learnFieldsSchema(rows, inferFieldTypes(rows, types));
}

describe('a field value', () => {
  test('is a name, whether the file spelled it as text, number or truth value', () => {
    expect(['pro', ' pro ', 7, 7.0, true].map((value) => readName(value, 'categorical'))).toEqual([
      'pro',
      'pro',
      '7',
      '7',
      'true',
    ]);
    expect([readName('12.0', 'id'), readName('12.0', 'categorical'), readName('007', 'id')]).toEqual([
      '12',
      '12.0',
      '007',
    ]);
    expect([null, undefined, '', '  ', Number.NaN, Infinity, ['a'], { a: 1 }].map((v) => readName(v, 'id'))).toEqual(
      Array.from({ length: 8 }, () => undefined),
    );
    expect(readName('x'.repeat(1000), 'id')).toHaveLength(256);
  });

  test('is a number or missing, never an error', () => {
    expect([3, '3.5', ' -2e3 '].map(readNumber)).toEqual([3, 3.5, -2000]);
    expect([null, '', ' ', 'many', Infinity, 'NaN', true, [3]].map(readNumber)).toEqual(
      Array.from({ length: 8 }, () => undefined),
    );
  });

  test('is a date as the clock on the wall shows it, the same in every zone', () => {
    expect(readDate('1970-01-02')).toEqual({ day: 1, hour: null });
    expect(readDate('2026-11-23T23:30:00+09:00')).toEqual(readDate('2026-11-23 23:30'));
    expect(readDate('2026-11-23T23:30:00Z')?.hour).toBe(23.5);
    expect(['23.11.2026', '2026-13-40', 20_261_123, null, ''].map(readDate)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });
});

describe('a schema', () => {
  test('holds each field with the type given, or the one its values suggest', () => {
    const rows = Array.from({ length: 20 }, (_, row) => ({
      plan: row % 2 === 0 ? 'pro' : 'free',
      age: 20 + row,
      user_id: row,
      zip: String(10_000 + row),
      since: `2026-01-${String(row + 1).padStart(2, '0')}`,
    }));
    const schema = learnFields(rows, { zip: 'categorical' });
    expect(schema.map(({ name, type }) => [name, type])).toEqual([
      ['zip', 'categorical'],
      ['plan', 'categorical'],
      ['age', 'number'],
      ['user_id', 'id'],
      ['since', 'date'],
    ]);
    expect(FieldsSchema.parse(JSON.parse(JSON.stringify(schema)))).toEqual(schema);
  });

  test('leaves out what can say nothing: no value, one value, a field of objects', () => {
    const rows = Array.from({ length: 12 }, (_, row) => ({
      same: 'x',
      none: null,
      nested: { row },
      number: 4,
      kept: row,
    }));
    expect(learnFields(rows).map(({ name }) => name)).toEqual(['kept']);
    expect(learnFields([undefined, undefined])).toEqual([]);
  });

  test('keeps a field whose only news is that it is missing', () => {
    const [field] = learnFields([{ coupon: 'x' }, {}, { coupon: 'x' }]);
    expect(field).toEqual({ type: 'categorical', name: 'coupon', values: ['x'], has_missing: true });
  });

  test('keeps the most frequent values where there are more than fit, and as many fields as fit', () => {
    const names = Array.from({ length: MAX_FIELDS + 3 }, (_, field) => `f${field}`);
    const fields = learnFields([0, 1].map((row) => Object.fromEntries(names.map((name) => [name, `v${row}`]))));
    expect(fields.map(({ name }) => name)).toEqual(names.slice(0, MAX_FIELDS));

    const perField = Math.floor(MAX_EMBEDDINGS / 8);
    const types = Object.fromEntries(names.slice(0, 8).map((name) => [name, 'id'] as const));
    const rows = Array.from({ length: perField + 1 }, (_, row) => ({ f0: row }));
    const [first] = learnFields([...rows, { f0: perField }], types);
    expect(first).toMatchObject({ values: { length: perField } });
    expect(first).toMatchObject({ values: expect.arrayContaining([String(perField)]) });
  });

  test('measures a number without the outermost percent, so that one absurd cell does not flatten the rest', () => {
    const rows = Array.from({ length: 300 }, (_, row) => ({ age: row === 0 ? 1e12 : row % 100 }));
    const [age] = learnFields(rows, { age: 'number' });
    expect(age).toMatchObject({ mean: expect.closeTo(49.5, 0), deviation: expect.closeTo(29, 0), has_missing: false });
  });

  test.each([
    ['a value twice', [{ type: 'id', name: 'a', values: ['x', 'x'], has_missing: false }]],
    ['a deviation of zero', [{ type: 'number', name: 'a', mean: 0, deviation: 0, has_missing: false }]],
    ['an unknown type', [{ type: 'code', name: 'a' }]],
    ['a field twice', [1, 2].map(() => ({ type: 'number', name: 'a', mean: 0, deviation: 1, has_missing: false }))],
  ])('that names %s is refused when it is read', (_, schema) => {
    expect(FieldsSchema.safeParse(schema).success).toBe(false);
  });
});

describe('encoding', () => {
  const rows = [
    { plan: 'pro', age: 30, at: '2026-01-05T06:00' },
    { plan: 'free', age: 40, at: '2026-07-06T18:00' },
    { plan: 'pro', age: null, at: '2026-07-07T12:00' },
  ];
  const schema = learnFields(rows, { plan: 'categorical', age: 'number', at: 'date' });
  const encode = createFieldsEncoder(schema);

  test('gives known values their rows, standardises numbers and marks what is missing', () => {
    const { ids, numbers, columns } = encode(rows);
    expect(ids.map((column) => [...column])).toEqual([[2, 3, 2]]);
    expect(columns).toBe(2 + 7);
    const ages = [0, 1, 2].map((row) => [...numbers.subarray(row * columns, row * columns + 2)]);
    expect(ages).toEqual([
      [-1, 0],
      [1, 0],
      [0, 1],
    ]);
  });

  test('places a date on a trend and on the circles of year, week and day', () => {
    const dates = encode([
      { at: '2026-01-05T06:00' },
      { at: '2026-01-12T18:00' },
      { at: '2026-01-12' },
      { at: 'yesterday' },
    ]);
    const dateOf = (row: number): readonly number[] => [...dates.numbers.subarray(row * 9 + 2, row * 9 + 9)];
    expect(dateOf(0).slice(3, 5)).toEqual(
      dateOf(1)
        .slice(3, 5)
        .map((value) => expect.closeTo(value, 4)),
    );
    expect(dateOf(0).slice(5)).toEqual([expect.closeTo(1), expect.closeTo(0)]);
    expect(dateOf(1).slice(5)).toEqual([expect.closeTo(-1), expect.closeTo(0)]);
    expect(dateOf(2).slice(5)).toEqual([0, 0]);
    expect(dateOf(3)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('takes unknown, missing and wrongly typed values as ordinary input', () => {
    const { ids, numbers, columns } = encode([
      { plan: 'enterprise', age: 'old' },
      undefined,
      { plan: ['pro'], age: 1e300, at: 3, other: 'x' },
      JSON.parse('{"__proto__": "pro", "constructor": 1}'),
    ]);
    expect([...(ids[0] ?? [])]).toEqual([UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]);
    expect(numbers[2 * columns]).toBe(5);
    expect(numbers.every(Number.isFinite)).toBe(true);
    const withGap = createFieldsEncoder(learnFields([{ plan: 'pro' }, {}], { plan: 'categorical' }));
    expect([...(withGap([{}, { plan: 'x' }, { plan: 'pro' }]).ids[0] ?? [])]).toEqual([MISSING, UNKNOWN, 2]);
  });

  test('never gives anything but finite numbers and rows of the tables, whatever comes', () => {
    const values = fc.dictionary(fc.constantFrom('plan', 'age', 'at', '__proto__'), fc.anything());
    fc.assert(
      fc.property(values, (row) => {
        const { ids, numbers } = encode([row]);
        expect(ids.every((column) => column.every((id) => id >= 0 && id < 4))).toBe(true);
        expect(numbers.every((number) => Math.abs(number) <= 5)).toBe(true);
      }),
    );
  });

  test('counts how much of a row was learned from', () => {
    const ids = createFieldsEncoder(
      learnFields(
        [
          { a: 'x', b: '1' },
          { a: 'y', b: '2' },
        ],
        { a: 'id', b: 'id' },
      ),
    );
    expect([...fieldCoverage(ids([{ a: 'x', b: '2' }, { a: 'x', b: '9' }, {}]))]).toEqual([1, 0.5, 0]);
    const numbers = createFieldsEncoder(learnFields([{ n: 1 }, { n: 2 }], { n: 'number' }));
    expect([...fieldCoverage(numbers([{ n: 3 }]))]).toEqual([1]);
  });
});
