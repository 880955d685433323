import { readFileSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { LevigateError } from '../../../src/contract/errors.ts';
import { createRandom } from '../../../src/engine/random/random.ts';
import { decodeHybrid } from '../../../src/levi/parquet/decode-hybrid.ts';
import { shapeOf } from '../../../src/levi/parquet/column-shape.ts';
import { readFooter } from '../../../src/levi/parquet/read-footer.ts';
import { readRows } from '../../../src/levi/parquet/read-rows.ts';
import { readThrift } from '../../../src/levi/parquet/read-thrift.ts';
import { readRecords } from '../../../src/levi/records/read-records.ts';
import type { ReadOptions } from '../../../src/levi/records/read-records.ts';
import { sourceOf } from '../../support/source-of.ts';

const FOLDER = new URL('../../fixtures/parquet/', import.meta.url);
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${name}.parquet`, FOLDER)));
const ROWS: Record<string, unknown>[] = JSON.parse(readFileSync(new URL('rows.json', FOLDER), 'utf8'));
const WRITERS = [
  'pyarrow-snappy',
  'pyarrow-v2-zstd',
  'pyarrow-gzip',
  'pyarrow-brotli',
  'polars',
  'duckdb',
  'duckdb-v2',
  'pandas',
] as const;

async function readCells(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const source = sourceOf(bytes);
  const { columns, groups } = await readFooter(source);
  const shaped = columns.flatMap((node) => {
    const build = shapeOf(node);
    return build === null ? [] : [{ node, build }];
  });
  const rows: Record<string, unknown>[] = [];
  for (const group of groups) rows.push(...(await Array.fromAsync(readRows(source, group, shaped))));
  return rows;
}
const read = (bytes: Uint8Array, options: ReadOptions = {}) => Array.fromAsync(readRecords(sourceOf(bytes), options));
const write = (columns: Readonly<Record<string, unknown[]>>, options: object = {}): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({ columnData: Object.entries(columns).map(([name, data]) => ({ name, data })), ...options }),
  );

/** pandas has no NaN apart from null, and the two numbers are left out there. INT96 knows no zone. */
function expectedOf(name: string): Record<string, unknown>[] {
  return ROWS.map(({ big, unsigned, ...row }) => ({
    ...row,
    ...(name === 'pandas' ? {} : { big, unsigned }),
    ...(name === 'pyarrow-gzip' ? { at: String(row['at']).slice(0, -1) } : {}),
  }));
}
const nanToNull = (rows: readonly Record<string, unknown>[]) =>
  rows.map((row) => (Number.isNaN(row['score']) ? { ...row, score: null } : row));

test.each(WRITERS)(
  'reads what %s writes: text, dates, decimals, 64-bit numbers, lists, structs, nulls',
  async (name) => {
    expect(nanToNull(await readCells(fixture(name)))).toEqual(expectedOf(name));
  },
);

describe('records', () => {
  test('reads the columns it is told, of a file with many others, and counts rows from 1', async () => {
    const columns = { label: 'label', fields: { plan: 'categorical', age: 'number', big: 'id', day: 'date' } } as const;
    const records = await read(fixture('pyarrow-snappy'), { reading: { columns } });
    expect(records).toHaveLength(40);
    expect(records[10]).toEqual({
      line: 11,
      record: {
        text: 'größe 10 🙂 xxx',
        label: 'bug',
        fields: { age: 30, big: '1152921504606846986', day: '2026-01-11' },
      },
    });
  });

  test('a column of structs called fields is the fields; a column of messages is a chat', async () => {
    expect((await read(fixture('fields')))[1]?.record).toEqual({
      text: 'text 1',
      label: 'b',
      fields: { plan: 'pro', age: 1 },
    });
    const chat = await read(fixture('chat'));
    expect(chat.map(({ record }) => record).slice(0, 2)).toEqual([
      { text: 'hello 0', label: 'a' },
      { text: 'hello 1', label: 'b' },
    ]);
  });

  test('takes bytes for text where the writer did not say, and refuses bytes that are none', async () => {
    const text = ['größe', 'b'].map((each) => new TextEncoder().encode(each));
    const columnData = [
      { name: 'text', data: text, type: 'BYTE_ARRAY' as const },
      { name: 'label', data: ['x', 'y'] },
    ];
    const records = await read(new Uint8Array(parquetWriteBuffer({ columnData })));
    expect(records[0]?.record.text).toBe('größe');
    text[1] = new Uint8Array([0xff, 0xfe]);
    await expect(read(new Uint8Array(parquetWriteBuffer({ columnData })))).rejects.toThrow(
      /training_file, row 2, field "text": holds bytes that are not text/u,
    );
  });

  test.each<[string, Uint8Array, ReadOptions, RegExp]>([
    ['a missing column', write({ body: ['a'], label: ['x'] }), {}, /field "text": there is no such column\..*"body"/u],
    ['an empty text', write({ text: ['a', ''], label: ['x', 'y'] }), {}, /row 2, field "text": is empty/u],
    ['a null as a label', write({ text: ['a', 'b'], label: [null, 'y'] }), {}, /row 1, field "label": is missing/u],
    ['more rows than a file may have', write({ text: Array(100_001).fill('a') }), {}, /has 100,001 rows, more than/u],
    ['a codec that is not read', fixture('pyarrow-lz4'), {}, /compressed with .* write it with Snappy/u],
    ['a file that was cut off', fixture('polars').slice(0, 4_000), {}, /its end is missing/u],
    ['a footer alone', new TextEncoder().encode('PAR1PAR1'), {}, /is too short/u],
    ['a list as a text', fixture('polars'), { reading: { columns: { text: 'tags' } } }, /field "tags"/u],
  ])('refuses %s and says where', async (_, bytes, options, message) => {
    await expect(read(bytes, options)).rejects.toThrow(message);
  });
});

describe('damaged files', () => {
  const isRefusal = (error: unknown): boolean =>
    error instanceof LevigateError && error.code === 'invalid_training_file';

  /** All columns, so that every decoder is reached. */
  const everything: ReadOptions = {
    reading: {
      columns: {
        fields: { plan: 'categorical', age: 'id', big: 'id', score: 'id', flag: 'categorical', day: 'id', at: 'id' },
      },
    },
  };

  async function outcome(bytes: Uint8Array): Promise<unknown> {
    try {
      await read(bytes, everything);
      await readCells(bytes);
      return 'read';
    } catch (error) {
      return isRefusal(error) || (error instanceof Error && error.name === 'ParquetError') ? 'refused' : error;
    }
  }

  test.each(WRITERS)('%s, cut off anywhere: refused, at once', async (name) => {
    const bytes = fixture(name);
    for (let length = 0; length < bytes.length; length += 97)
      expect(await outcome(bytes.slice(0, length))).toBe('refused');
  });

  test.each(WRITERS)('%s, with bytes changed: read or refused, at once', async (name) => {
    const random = createRandom(WRITERS.indexOf(name) + 1);
    const counts = { read: 0, refused: 0 };
    for (let round = 0; round < 150; round += 1) {
      const bytes = fixture(name);
      // The description is a tenth of the file and the most dangerous part of it.
      const from = round % 2 === 0 ? 0 : Math.floor(bytes.length * 0.6);
      for (let flips = 0; flips < 1 + (round % 4); flips += 1)
        bytes[from + random.integer(bytes.length - from)] = random.integer(256);
      const result = await outcome(bytes);
      expect(result).toBeOneOf(['read', 'refused']);
      counts[result as 'read' | 'refused'] += 1;
    }
    expect(counts.refused).toBeGreaterThan(10);
  });

  test('a run that claims two thousand million values writes no more than the page has', () => {
    const run = new Uint8Array([0xfe, 0xff, 0xff, 0xff, 0x0f, 1]);
    expect([...decodeHybrid(run, 1, 3)]).toEqual([1, 1, 1]);
    expect(() => decodeHybrid(new Uint8Array([2, 1]), 1, 3)).toThrow('fewer values');
    expect(() => decodeHybrid(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f]), 8, 3)).toThrow('fewer values');
  });

  test('a number of a megabyte, a list longer than the file and endless nesting are refused at once', () => {
    expect(() => readThrift(new Uint8Array(2 ** 20).fill(0x86))).toThrow('more than 64 bits');
    expect(() => readThrift(new Uint8Array([0x19, 0xf5, 0xff, 0xff, 0xff, 0x7f]))).toThrow('too early');
    expect(() => readThrift(new Uint8Array(2 ** 20).fill(0x1c))).toThrow('nested');
  });

  test('a page that unpacks to more than its header says is refused', async () => {
    const bytes = fixture('pyarrow-gzip');
    const honest = await outcome(bytes);
    expect(honest).toBe('read');
    // The first page's header: field 2, its size, is a zigzag number right behind the page's kind.
    const at = 4;
    expect(bytes.slice(at, at + 3)).toEqual(new Uint8Array([0x15, 0x04, 0x15]));
    bytes[at + 3] = (bytes[at + 3] ?? 0) ^ 0x02;
    expect(await outcome(bytes)).toBe('refused');
  });
});
