import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { LevigateError } from '../../../src/contract/errors.ts';
import { createRandom } from '../../../src/engine/random/random.ts';
import { readRecords } from '../../../src/levi/records/read-records.ts';
import type { ReadOptions } from '../../../src/levi/records/read-records.ts';
import { createTar, createTarGz, tarFile } from '../../support/archives.ts';
import { animatedPng, drawPng, pngHeader } from '../../support/images.ts';
import { sourceOf } from '../../support/source-of.ts';
import { createZip } from '../../support/zip-file.ts';

const read = (bytes: Uint8Array, options: ReadOptions = {}) => Array.fromAsync(readRecords(sourceOf(bytes), options));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const [cat, dog] = [drawPng({ shade: 10 }), drawPng({ shade: 200 })];

const PACKERS = [
  ['zip', (files: Record<string, Uint8Array>) => Promise.resolve(createZip(files))],
  [
    'deflated zip',
    (files: Record<string, Uint8Array>) => Promise.resolve(createZip(files, { isDeflated: true, comment: 'by hand' })),
  ],
  ['tar', createTar],
  ['tar.gz', createTarGz],
] as const;

describe.each(PACKERS)('an imagefolder as %s', (_, pack) => {
  test('takes the folder that holds a picture for its label, whatever is above it', async () => {
    const records = await read(
      await pack({ 'pets/cat/1.png': cat, 'pets/dog/nested/2.PNG': dog, 'pets/dog/3.png': dog }),
    );
    expect(records).toEqual([
      { line: 1, record: { id: 'pets/cat/1.png', text: '', label: 'cat', image: cat } },
      { line: 2, record: { id: 'pets/dog/nested/2.PNG', text: '', label: 'nested', image: dog } },
      { line: 3, record: { id: 'pets/dog/3.png', text: '', label: 'dog', image: dog } },
    ]);
  });

  test('reads the split that the field of the request asks for', async () => {
    const bytes = await pack({
      'train/cat/1.png': cat,
      'val/dog/2.png': dog,
      'test/cat/3.png': dog,
      'train/dog/4.png': dog,
    });
    const lengths = { training_file: 2, validation_file: 1, 'levi.shift_files.0.file': 1 };
    for (const [file, length] of Object.entries(lengths)) expect(await read(bytes, { file })).toHaveLength(length);
  });

  test('reads labels, texts and fields of a metadata table, in either format', async () => {
    const csv = 'file_name,text,label,plan,who\n1.png,a cat,c,pro,u1\nsub/2.png,"a dog, big",d,,u2\n';
    const jsonl = [
      { file_name: '1.png', text: 'a cat', label: 'c', plan: 'pro', who: 'u1' },
      { file_name: 'sub/2.png', text: 'a dog, big', label: 'd', who: 'u2' },
    ];
    const tables = {
      'data/metadata.csv': csv,
      'data/metadata.jsonl': jsonl.map((row) => JSON.stringify(row)).join('\n'),
    };
    for (const [name, table] of Object.entries(tables)) {
      const bytes = await pack({ 'data/1.png': cat, 'data/sub/2.png': dog, [name]: utf8(table) });
      const columns = { fields: { plan: 'categorical' }, id: 'who' } as const;
      expect(await read(bytes, { reading: { columns } })).toEqual([
        { line: 1, record: { text: 'a cat', label: 'c', image: cat, fields: { plan: 'pro' }, id: 'u1' } },
        { line: 2, record: { text: 'a dog, big', label: 'd', image: dog, fields: {}, id: 'u2' } },
      ]);
    }
  });

  test('passes over what programs and people leave beside pictures', async () => {
    const files = {
      'a/1.png': cat,
      'a/.DS_Store': utf8('x'),
      '__MACOSX/a/._1.png': utf8('x'),
      'README.md': utf8('x'),
      LICENSE: utf8('x'),
    };
    expect(await read(await pack(files))).toHaveLength(1);
  });

  test.each<[string, Record<string, Uint8Array>, RegExp]>([
    ['a path that leads out', { 'a/../../1.png': cat }, /entry "a\/\.\.\/\.\.\/1\.png": has a path that leads out/u],
    ['an absolute path', { '/etc/1.png': cat }, /entry "\/etc\/1\.png": has an absolute path/u],
    ["a path of Windows'", { 'C:/a/1.png': cat }, /has an absolute path, or one of Windows/u],
    ['a picture in no folder', { '1.png': cat }, /entry "1\.png": is in no folder, and a folder names the label/u],
    [
      'a file that is no picture',
      { 'a/1.pdf': utf8('%PDF-1.7') },
      /entry "a\/1\.pdf", field "image": is a PDF\. Give a whole JPEG/u,
    ],
    ['an animation', { 'a/1.png': animatedPng() }, /entry "a\/1\.png", field "image": is an animation/u],
    [
      'a picture of 121 megapixels',
      { 'a/1.png': pngHeader(11_000, 11_000) },
      /is an image of 11000 x 11000 pixels, more than 100 million/u,
    ],
    ['an empty picture', { 'a/1.png': new Uint8Array(0) }, /is an empty image/u],
    [
      'splits without the one that is asked for',
      { 'val/a/1.png': cat, 'test/a/1.png': cat },
      /holds the splits validation and test, and "train"/u,
    ],
    ['no picture', { 'a.txt': utf8('x') }, /the archive holds no pictures/u],
    ['a workbook', { '[Content_Types].xml': utf8('x') }, /is an Office document\. Save a sheet as "CSV UTF-8"/u],
    [
      'a table without file names',
      { '1.png': cat, 'metadata.csv': utf8('name,label\n1.png,a\n') },
      /entry "metadata\.csv": has no "file_name" in line 2/u,
    ],
    [
      'a picture the table lacks',
      { '1.png': cat, 'x.png': cat, 'metadata.csv': utf8('file_name,label\n1.png,a\n') },
      /entry "x\.png": is in no row of metadata/u,
    ],
    [
      'a row without its picture',
      { '1.png': cat, 'metadata.csv': utf8('file_name,label\n1.png,a\n2.png,a\n') },
      /entry "2\.png": is named in the metadata, and not in the archive/u,
    ],
    [
      'a picture named twice',
      { '1.png': cat, 'metadata.csv': utf8('file_name,label\n1.png,a\n./1.png,b\n') },
      /names "\.\/1\.png" a second time in line 3/u,
    ],
    [
      'a table that is damaged',
      { '1.png': cat, 'metadata.jsonl': utf8('{"file_name"') },
      /entry "metadata\.jsonl", line 1: is not JSON/u,
    ],
    [
      'an empty label',
      { '1.png': cat, 'metadata.csv': utf8('file_name,label\n1.png,\n') },
      /entry "1\.png", field "label": is empty/u,
    ],
  ])('refuses %s', async (_, files, message) => {
    const refused = await read(await pack(files)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'invalid_training_file', message: expect.stringMatching(message) });
  });

  test('cut off or with bytes changed, is read or refused at once', async () => {
    const bytes = await pack({
      'train/cat/1.png': cat,
      'train/dog/2.png': dog,
      'metadata.csv': utf8('file_name,label\n'),
    });
    const random = createRandom(1);
    const isRefusal = (error: unknown): boolean =>
      error instanceof LevigateError && error.code === 'invalid_training_file';
    for (let round = 0; round < 150; round += 1) {
      const damaged = round % 3 === 0 ? bytes.slice(0, 4 + random.integer(bytes.length - 4)) : bytes.slice();
      // The signature stays, else it is another format.
      for (let flips = 0; flips < round % 4; flips += 1)
        damaged[4 + random.integer(damaged.length - 4)] = random.integer(256);
      const result = await read(damaged, { filename: 'a.zip' }).catch((error: unknown) => error);
      expect(Array.isArray(result) || isRefusal(result) ? 'fine' : result).toBe('fine');
    }
  });
});

/** The same archive with its directory's place in 64 bits, as programs write it for many entries. */
function toZip64(zip: Uint8Array): Uint8Array {
  const end = Buffer.from(zip.subarray(zip.length - 22));
  const record = Buffer.alloc(56);
  record.write('PK\u0006\u0006', 0, 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(end.readUInt16LE(10)), 24);
  record.writeBigUInt64LE(BigInt(end.readUInt16LE(10)), 32);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\u0006\u0007', 0, 'latin1');
  locator.writeBigUInt64LE(BigInt(zip.length - 22), 8);
  locator.writeUInt32LE(1, 16);
  end.fill(0xff, 8, 20);
  return new Uint8Array(Buffer.concat([zip.subarray(0, zip.length - 22), record, locator, end]));
}

test('reads a zip of 64 bits, and refuses one whose end is damaged', async () => {
  const bytes = toZip64(createZip({ 'a/1.png': cat, 'b/2.png': dog }));
  expect((await read(bytes)).map(({ record }) => record.label)).toEqual(['a', 'b']);
  // Where the 64-bit end stands.
  bytes[bytes.length - 34] = 0xff;
  await expect(read(bytes)).rejects.toThrow(/the archive has a damaged directory/u);
});

describe('hostile archives', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['an encrypted entry', createZip({ 'a/1.png': cat }, { flags: 1 }), /entry "a\/1\.png": is encrypted/u],
    [
      'a link',
      createZip({ 'a/1.png': utf8('/etc/passwd') }, { modes: { 'a/1.png': 0o120777 } }),
      /is a link or a device/u,
    ],
    [
      'an entry larger than it says',
      createZip({ 'a/1.png': cat }, { isDeflated: true, claimedSizes: { 'a/1.png': 10 } }),
      /unpacks to more than its entry says/u,
    ],
    [
      'an entry smaller than it says',
      createZip({ 'a/1.png': cat }, { isDeflated: true, claimedSizes: { 'a/1.png': 10_000 } }),
      /entry "a\/1\.png": is damaged/u,
    ],
    [
      'a picture of 11 MB',
      createZip({ 'a/1.png': new Uint8Array(11 * 1024 * 1024) }, { isDeflated: true }),
      /larger than 10 MB, too large for an image/u,
    ],
    [
      'two GB in all',
      createZip(
        { 'a/1.png': cat, 'a/2.png': cat },
        { isDeflated: true, claimedSizes: { 'a/1.png': 2 ** 30, 'a/2.png': 2 ** 30 } },
      ),
      /unpacks to more than 1 GB/u,
    ],
    [
      'a thousandfold',
      createZip({ 'a/1.png': cat }, { isDeflated: true, claimedSizes: { 'a/1.png': 2 ** 28 } }),
      /unpacks to more than 200 times its size/u,
    ],
  ])('refuses %s in a zip', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });

  test('refuses entries that share their bytes', async () => {
    const bytes = Buffer.from(createZip({ 'a/1.png': cat, 'a/2.png': cat }));
    // The second directory entry's offset becomes the first one's.
    const second = bytes.lastIndexOf('PK\u0001\u0002', undefined, 'latin1');
    bytes.writeUInt32LE(0, second + 42);
    await expect(read(new Uint8Array(bytes))).rejects.toThrow(/entry "a\/2\.png": shares its bytes/u);
  });

  test('refuses a name that is there twice, and a link, in a tar', async () => {
    const twice = await packTar([tarFile('a/1.png', cat), tarFile('a/1.png', dog)]);
    await expect(read(twice)).rejects.toThrow(/entry "a\/1\.png": is there twice/u);
    const link = await packTar([{ header: { name: 'a/1.png', type: 'symlink', size: 0, linkname: '/etc/passwd' } }]);
    await expect(read(link)).rejects.toThrow(/entry "a\/1\.png": is a link/u);
  });

  test('reads long and foreign names', async () => {
    const name = `${'très long '.repeat(20)}/größe.png`;
    for (const [, pack] of PACKERS)
      expect((await read(await pack({ [name]: cat })))[0]?.record.label).toBe('très long '.repeat(20).trim());
  });
});

describe('gzip', () => {
  const jsonl = '{"text":"a","label":"x"}\n{"text":"b","label":"y"}\n';
  const gzip = (content: string | Uint8Array): Uint8Array => new Uint8Array(gzipSync(content));

  test('is unpacked while it is read, text of either kind', async () => {
    expect(await read(gzip(jsonl))).toEqual(await read(utf8(jsonl)));
    expect(await read(gzip('text;label\na;x\n'), { filename: 'train.csv.gz' })).toHaveLength(1);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['cut off', gzip(jsonl.repeat(1_000)).slice(0, -10), /the file is damaged, or was cut off/u],
    [
      'a bomb',
      gzip(Buffer.concat(Array.from({ length: 100 }, () => Buffer.alloc(1024 * 1024, `${' '.repeat(9_999)}\n`)))),
      /200 times its size/u,
    ],
    ['a zip in it', gzip(createZip({ 'a/1.png': cat })), /is zip packed with gzip once more/u],
    ['gzip in it', gzip(gzip(jsonl)), /is gzip packed with gzip once more/u],
  ])('%s is refused', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });
});
