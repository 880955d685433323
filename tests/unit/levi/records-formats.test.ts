import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Columns } from '../../../src/contract/index.ts';
import { readRecords } from '../../../src/levi/records/read-records.ts';
import type { ReadOptions } from '../../../src/levi/records/read-records.ts';
import { streamOf } from '../../support/stream-of.ts';

const read = async (content: string | Uint8Array, options: ReadOptions & { chunkBytes?: number } = {}) =>
  Array.fromAsync(readRecords(streamOf(content, options.chunkBytes ?? 1000), options));

const two = [
  { line: 2, record: { text: 'a, "b"', label: 'x' } },
  { line: 3, record: { text: 'c', label: 'y' } },
];

describe('CSV', () => {
  test.each([
    ['comma', 'text,label\n"a, ""b""",x\nc,y\n'],
    ['semicolon, CRLF, byte order mark', '\uFEFFtext;label\r\n"a, ""b""";x\r\nc;y'],
    ['tab', 'id\ttext\tlabel\n1\t"a, ""b"""\tx\n2\tc\ty\n'],
    ['pipe, other order', 'label|text\nx|"a, ""b"""\ny|c\n'],
    ['tab with ordinary quotes', 'text\tlabel\na, "b"\tx\nc\ty\n'],
  ])('reads %s whatever the chunk size', async (_, content) => {
    for (const chunkBytes of [1, 3, 1000]) expect(await read(content, { chunkBytes })).toEqual(two);
  });

  test('takes quotes of a tab-separated file literally where they do not quote', async () => {
    const rows = await read('text\tlabel\n"Great" film\tpos\n"an open quote\tneg\n');
    expect(rows.map(({ record }) => record.text)).toEqual(['"Great" film', '"an open quote']);
  });

  test('counts lines as an editor does, line breaks inside quotes and blank lines included', async () => {
    const rows = await read('text,label\n"one\n\ntwo",x\n\nthree,y\n');
    expect(rows).toEqual([
      { line: 2, record: { text: 'one\n\ntwo', label: 'x' } },
      { line: 6, record: { text: 'three', label: 'y' } },
    ]);
  });

  test('a CSV whose text begins with a bracket is CSV; JSONL named .csv is JSONL', async () => {
    for (const filename of ['a.csv', undefined])
      expect(await read('[t],text,label\n1,a,x\n', { filename })).toHaveLength(1);
    await expect(read('[{"text":"a","label":"x"}]')).rejects.toThrow(/is JSON but not an object/u);
    expect(await read('{"text":"a","label":"x"}', { filename: 'a.csv' })).toHaveLength(1);
  });

  test('reads back whatever was written, in any dialect and any chunks', async () => {
    const cell = fc.string({ unit: 'grapheme' }).map((text) => `${text.replaceAll('\r', '')}x`);
    const delimiters = fc.constantFrom(',', ';', '\t', '|');
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(cell, { minLength: 1 }),
        delimiters,
        fc.integer({ min: 1, max: 9 }),
        async (texts, delimiter, chunkBytes) => {
          const lines = texts.map((text, index) => `${quote(text)}${delimiter}l${index}`);
          const rows = await read(['text', 'label'].join(delimiter) + '\n' + lines.join('\n'), { chunkBytes });
          expect(rows.map(({ record }) => record)).toEqual(texts.map((text, index) => ({ text, label: `l${index}` })));
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each([
    [
      'a header without the columns',
      'body,intent\na,b\n',
      /line 1, field "text": there is no such column.*"body", "intent".*levi/u,
    ],
    ['a column that is there twice', 'text,label,text\na,b,c\n', /line 1, field "text": is there twice/u],
    ['a row with a cell too many', 'text,label\na,b\nc,d,e\n', /line 3: has 3 cells where the header has 2/u],
    ['an empty label', 'text,label\na,b\nc,\n', /line 3, field "label": is empty/u],
    ['a quote that never closes', 'text,label\na,b\n"c,d\ne,f\n', /line 3: a quoted cell .* never ends/u],
    ['text after a closing quote', 'text,label\n"a"b,c\n', /line 2: column 1 goes on/u],
    ['UTF-16', 't\0e\0x\0t\0,\0', /line 1: holds a NUL byte/u],
  ])('refuses %s by line and column', async (_, content, message) => {
    await expect(read(content, { filename: 'train.csv' })).rejects.toThrow(message);
  });

  test('refuses a Latin-1 file by line, and says which encoding to save', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('text,label\na,b\n'), 0xe9, 0x2c, 0x62, 0x0a]);
    await expect(read(bytes)).rejects.toThrow(/line 3: is not valid UTF-8. Save it with the encoding UTF-8/u);
  });

  test('refuses a row without an end after its first megabyte', async () => {
    const endless = `text,label\n"${`a line ${'long '.repeat(20)}\n`.repeat(13_000)}`;
    await expect(read(endless, { chunkBytes: 65_536 })).rejects.toThrow(/line 2: the row .* longer than 1 MB/u);
  });
});

describe('levi.columns', () => {
  const columns: Columns = {
    text: ['subject', 'body'],
    label: 'intent',
    fields: { plan: 'categorical', age: 'number', user: 'id', seen: 'date' },
  };

  test('joins several text columns by name, a line each, and leaves empty ones out', async () => {
    const rows = await read('subject,body,intent\nHi,"my app, crashes",bug\n,invoice?,billing\n', {
      reading: { columns: { text: ['subject', 'body'], label: 'intent' } },
    });
    expect(rows.map(({ record }) => record.text)).toEqual(['subject: Hi\nbody: my app, crashes', 'body: invoice?']);
  });

  test('reads the same record from CSV and from JSONL', async () => {
    const csv = 'subject,body,intent,plan,age,user,seen\nHi,x,bug, pro ,31.5,12.0,2026-11-23\n,y,bug,,NaN,,\n';
    const jsonl = [
      { subject: 'Hi', body: 'x', intent: 'bug', plan: 'pro', fields: { age: 31.5, user: '12.0', seen: '2026-11-23' } },
      { subject: null, body: 'y', intent: 'bug' },
    ];
    const expected = [
      {
        text: 'subject: Hi\nbody: x',
        label: 'bug',
        fields: { plan: 'pro', age: 31.5, user: '12', seen: '2026-11-23' },
      },
      { text: 'body: y', label: 'bug', fields: {} },
    ];
    const lines = jsonl.map((row) => JSON.stringify(row)).join('\n');
    for (const content of [csv, lines])
      expect((await read(content, { reading: { columns } })).map(({ record }) => record)).toEqual(expected);
  });

  test.each([
    ['a number', 'age', 'Infinity', /line 2, field "age": must be a finite number, found "Infinity"/u],
    ['a number in words', 'age', 'old', /line 2, field "age": must be a finite number, found "old"/u],
    ['a date in another order', 'seen', '23.11.2026', /line 2, field "seen": must be a date such as 2026-11-23/u],
  ])('refuses %s that is none', async (_, name, value, message) => {
    const cells = { subject: 'a', body: 'b', intent: 'c', plan: '', age: '', user: '', seen: '', [name]: value };
    const content = `${Object.keys(cells).join(',')}\n${Object.values(cells).join(',')}\n`;
    await expect(read(content, { reading: { columns } })).rejects.toThrow(message);
  });

  test('a JSONL file without the columns is told which there are', async () => {
    await expect(read('{"body":"a","intent":"b"}')).rejects.toThrow(
      /line 1, field "text": is missing.*"body", "intent".*"levi": \{"columns"/u,
    );
  });
});

test.each([
  ['gzip that was cut off', [0x1f, 0x8b, 8], /cut off/u],
  ['an old workbook', [0xd0, 0xcf, 0x11, 0xe0], /old Excel workbook. .*CSV UTF-8/u],
  ['7-Zip', [0x37, 0x7a, 0xbc, 0xaf], /Pack the folder as zip or tar/u],
  ['a PDF', [0x25, 0x50, 0x44, 0x46], /is a PDF/u],
])('refuses %s and says what to upload instead', async (_, bytes, message) => {
  await expect(read(new Uint8Array(bytes))).rejects.toThrow(message);
});

describe('the group of a row', () => {
  const reading = { group_by: 'source' };
  const groupsOf = async (content: string, file = 'training_file'): Promise<readonly (string | undefined)[]> =>
    (await read(content, { reading, file })).map(({ record }) => record.group);

  test('stands in the column that levi.group_by names, in chats too, whatever levi.columns says', async () => {
    expect(await groupsOf('text,label,source\na,x, mail \nb,y,2024\n')).toEqual(['mail', '2024']);
    const messages = [
      { role: 'user', content: 'e' },
      { role: 'assistant', content: 'x' },
    ];
    expect(await groupsOf(JSON.stringify({ messages, source: 'chat' }))).toEqual(['chat']);
    const [row] = await read('{"text": "a", "label": "x", "source": 7, "domain": "b"}', {
      reading: { ...reading, columns: { group: 'domain' } },
    });
    expect(row?.record.group).toBe('7');
  });

  test('is asked for in the training file alone', async () => {
    await expect(groupsOf('text,label\na,x\n')).rejects.toThrow(/field "source"/u);
    expect(await groupsOf('text,label\na,x\n', 'validation_file')).toEqual([undefined]);
  });
});
