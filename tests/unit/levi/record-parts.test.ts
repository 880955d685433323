import { parquetWriteBuffer } from 'hyparquet-writer';
import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import type { Columns } from '../../../src/contract/index.ts';
import { readRecords } from '../../../src/levi/records/read-records.ts';
import type { ReadOptions } from '../../../src/levi/records/read-records.ts';
import { animatedPng, drawPng, pngHeader, toDataUri } from '../../support/images.ts';
import { sourceOf } from '../../support/source-of.ts';

const read = async (content: string | Uint8Array, options: ReadOptions = {}) =>
  (await Array.fromAsync(readRecords(sourceOf(content), options))).map(({ record }) => record);
const jsonl = (...rows: object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
const bare = (image: Uint8Array): string => Buffer.from(image).toString('base64');
const picture = drawPng({ shade: 7 });

/** Hugging Face's column of images: a struct of the file's bytes and its name. */
function hfParquet(images: readonly { bytes: Uint8Array | null; path: string | null }[]): Uint8Array {
  const columnData: ColumnSource[] = [
    { name: 'image', data: [...images] },
    { name: 'label', data: images.map((_, index) => BigInt(index % 2)) },
  ];
  const schema: SchemaElement[] = [
    { name: 'root', num_children: 2 },
    { name: 'image', repetition_type: 'OPTIONAL', num_children: 2 },
    { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
    { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'label', type: 'INT64', repetition_type: 'REQUIRED' },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, schema }));
}

describe('images', () => {
  test.each<[string, string | Uint8Array, Columns?]>([
    ['a data URI in JSONL', jsonl({ image: toDataUri(picture), label: 'a' })],
    ['bare base64 in CSV', `image,label\n${bare(picture)},a\n`],
    ['a column of another name', jsonl({ photo: bare(picture), label: 'a' }), { image: 'photo' }],
    [
      'base64 as programs for the web write it',
      jsonl({ image: bare(picture).replaceAll('+', '-').replaceAll('/', '_'), label: 'a' }),
    ],
  ])('reads %s', async (_, content, columns) => {
    expect(await read(content, { reading: { columns } })).toEqual([{ text: '', label: 'a', image: picture }]);
  });

  test("reads Hugging Face's column of structs, and a column of bytes", async () => {
    const records = await read(
      hfParquet([
        { bytes: picture, path: 'a.png' },
        { bytes: picture, path: null },
      ]),
    );
    expect(records).toEqual(['0', '1'].map((label) => ({ text: '', label, image: picture })));
    const columnData: ColumnSource[] = [
      { name: 'image', data: [picture], type: 'BYTE_ARRAY' },
      { name: 'label', data: ['a'] },
    ];
    expect((await read(new Uint8Array(parquetWriteBuffer({ columnData }))))[0]?.image).toEqual(picture);
  });

  test('leaves a column called image alone where there is a text and nobody asked for it', async () => {
    const rows = jsonl({ text: 'a chair', image: 'https://shop.example/1.jpg', label: 'a' });
    expect(await read(rows)).toEqual([{ text: 'a chair', label: 'a' }]);
    expect(await read('text,image,label\na chair,https://shop.example/1.jpg,a\n')).toEqual([
      { text: 'a chair', label: 'a' },
    ]);
  });

  test('reads text and image together where the image is named; a picture of 9 MB on one line is no long line', async () => {
    const large = new Uint8Array(9 * 1024 * 1024);
    large.set(picture);
    const rows = jsonl({ text: 'a chair', image: bare(large), label: 'a' });
    const [record] = await read(rows, { reading: { columns: { image: 'image' } } });
    expect(record).toMatchObject({ text: 'a chair', label: 'a' });
    expect(Buffer.compare(record?.image ?? new Uint8Array(0), large)).toBe(0);
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    [
      'a URL',
      jsonl({ image: 'https://example.org/1.jpg', label: 'a' }),
      /line 1, field "image": is a URL, and nothing is fetched.*zip/u,
    ],
    [
      'a path',
      jsonl({ image: 'img/1.jpg', label: 'a' }),
      /must be an image as bytes, base64 .* found "img\/1\.jpg".*metadata/u,
    ],
    ['half of base64', jsonl({ image: 'abcde', label: 'a' }), /is not valid base64/u],
    ['a text', jsonl({ image: 'a photo of a cat', label: 'a' }), /must be an image/u],
    ['a number', jsonl({ image: 7, label: 'a' }), /must be an image as .* found a value of type number/u],
    [
      'null',
      jsonl({ image: toDataUri(picture), label: 'a' }, { image: null, label: 'a' }),
      /line 2, field "image": is missing/u,
    ],
    ['an animation', jsonl({ image: toDataUri(animatedPng()), label: 'a' }), /is an animation/u],
    ['121 megapixels', jsonl({ image: toDataUri(pngHeader(11_000, 11_000)), label: 'a' }), /11000 x 11000 pixels/u],
    [
      'a struct without bytes',
      hfParquet([{ bytes: null, path: 'a.png' }]),
      /row 1, field "image": names the file "a\.png" and holds no bytes/u,
    ],
  ])('refuses %s', async (_, content, message) => {
    await expect(read(content, { reading: { columns: { image: 'image' } } })).rejects.toThrow(message);
  });
});

describe('group, weight and id', () => {
  const columns: Columns = { group: 'source', weight: 'w', id: 'ticket' };
  const row = { text: 'a', label: 'x', source: 'mail', w: 2.5, ticket: 17 };

  test('are read alike from JSONL and from CSV, ids without the .0 of pandas', async () => {
    const expected = [{ text: 'a', label: 'x', group: 'mail', weight: 2.5, id: '17' }];
    expect(await read(jsonl(row), { reading: { columns } })).toEqual(expected);
    expect(await read('text,label,source,w,ticket\na,x,mail,2.5,17.0\n', { reading: { columns } })).toEqual(expected);
  });

  test('may lack in files that are only measured on', async () => {
    const bare = { text: 'a', label: 'x' };
    for (const content of [jsonl(bare), 'text,label\na,x\n'])
      expect(await read(content, { reading: { columns }, file: 'validation_file' })).toEqual([bare]);
  });

  test.each<[string, object, RegExp]>([
    ['a row without a group', { source: null }, /field "source": is missing. Every row needs a group/u],
    ['a weight of 0', { w: 0 }, /field "w": must be a number above 0/u],
    ['a weight below 0', { w: '-1' }, /field "w": must be a number above 0/u],
    ['an infinite weight', { w: 'Infinity' }, /field "w": must be a finite number/u],
    ['no weight', { w: null }, /field "w": must be a number above 0/u],
    ['a text as an id', { ticket: 'x'.repeat(300) }, /field "ticket": is longer than 256/u],
    ['a list as a group', { source: ['a'] }, /field "source": must be one value/u],
  ])('%s is refused', async (_, part, message) => {
    await expect(read(jsonl({ ...row, ...part }), { reading: { columns } })).rejects.toThrow(message);
  });

  test('a column that is asked for and not there is named', async () => {
    await expect(read('text,label\na,x\n', { reading: { columns } })).rejects.toThrow(
      /field "source": there is no such column/u,
    );
  });
});

describe('fields that are told from the values', () => {
  test('all other columns, as they are; what holds nothing is left out', async () => {
    const csv = 'text,label,plan,age,note,seen\na,x, pro ,31,,2026-01-01\nb,y,NaN,7.5,n,\n';
    expect((await read(csv, { reading: { columns: { fields: 'auto' } } })).map(({ fields }) => fields)).toEqual([
      { plan: 'pro', age: '31', seen: '2026-01-01' },
      { age: '7.5', note: 'n' },
    ]);
    const rows = jsonl({ text: 'a', label: 'x', plan: 'pro', tags: ['t'], fields: { age: 3, deep: { a: 1 } } });
    expect((await read(rows, { reading: { columns: { fields: 'auto' } } }))[0]?.fields).toEqual({
      plan: 'pro',
      age: 3,
    });
  });

  test('one column among declared ones', async () => {
    const columns: Columns = { fields: { plan: 'auto', age: 'number' } };
    expect((await read('text,label,plan,age\na,x,pro,31\n', { reading: { columns } }))[0]?.fields).toEqual({
      plan: 'pro',
      age: 31,
    });
  });

  test('no text is needed where there are fields and nobody named one', async () => {
    expect(await read('plan,label\npro,x\n', { reading: { columns: { fields: 'auto' } } })).toEqual([
      { text: '', label: 'x', fields: { plan: 'pro' } },
    ]);
    await expect(
      read('plan,label\npro,x\n', { reading: { columns: { text: 'body', fields: 'auto' } } }),
    ).rejects.toThrow(/"body"/u);
  });
});
