import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMultipart } from '../../../../src/gateway/multipart/read-multipart.ts';
import { concatenateBytes, encodeMultipart, fieldPart, filePart, streamInChunks } from '../../../support/multipart.ts';
import type { RawPart } from '../../../support/multipart.ts';

const BOUNDARY = 'openai-7f';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

interface ReadPart {
  readonly name: string;
  readonly filename: string | null;
  readonly content: Uint8Array;
}

async function readAll(body: ReadableStream<Uint8Array>, contentType = TYPE): Promise<ReadPart[]> {
  const parts: ReadPart[] = [];
  for await (const part of readMultipart(body, contentType)) {
    const content =
      part.kind === 'field' ? new TextEncoder().encode(part.value) : await new Response(part.body).bytes();
    parts.push({ name: part.name, filename: part.kind === 'file' ? part.filename : null, content });
  }
  return parts;
}

const read = (body: Uint8Array | string, contentType = TYPE) =>
  readAll(streamInChunks(concatenateBytes([body]), [1 << 20]), contentType);

/** Contents made of what a reader could take for a boundary. */
const trickyContent = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(
        '\r',
        '\n',
        '\r\n',
        '\r\n--',
        '--',
        `\r\n--${BOUNDARY.slice(0, -1)}`,
        `--${BOUNDARY}`,
        '\r\r\n--',
        `\r\n-${BOUNDARY}`,
      ),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => concatenateBytes(pieces))
  .filter((content) => !new TextDecoder('latin1').decode(content).includes(`\r\n--${BOUNDARY}`));
const chunkSizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 });

describe('property', () => {
  test('gives back every part whatever the content and wherever the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(trickyContent, { minLength: 1, maxLength: 4 }), chunkSizes, async (contents, sizes) => {
        const parts = contents.map((content, index) => filePart(content, `${index}.bin`));
        const found = await readAll(streamInChunks(encodeMultipart(parts, BOUNDARY), sizes));
        expect(found.map(({ filename }) => filename)).toEqual(contents.map((_, index) => `${index}.bin`));
        expect(found.map(({ content }) => [...content])).toEqual(contents.map((content) => [...content]));
      }),
      { numRuns: 200 },
    );
  });

  test('refuses a body that is cut off anywhere', async () => {
    const whole = encodeMultipart([filePart('{"text":"a"}\n'), fieldPart('purpose', 'fine-tune')], BOUNDARY);
    const closing = whole.length - 2; // the line break after the closing boundary may be missing
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: closing - 1 }), chunkSizes, async (length, sizes) => {
        await expect(readAll(streamInChunks(whole.slice(0, length), sizes))).rejects.toMatchObject({
          code: 'invalid_request',
        });
      }),
      { numRuns: 150 },
    );
  });
});

test('streams a file: a part is handed over before its end has arrived', async () => {
  const head = concatenateBytes([`--${BOUNDARY}\r\n${filePart('').headers}\r\n\r\nfirst`]);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const parts = readMultipart(readable, TYPE);
  void writer.write(head);
  const { value: part } = await parts.next();
  const reader = part?.kind === 'file' ? part.body.getReader() : null;
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first');
  void writer.write(concatenateBytes([`second\r\n--${BOUNDARY}--`]));
  void writer.close();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('second');
  expect((await reader?.read())?.done).toBe(true);
  expect((await parts.next()).done).toBe(true);
});

test('skips what of a file nobody read', async () => {
  const body = encodeMultipart([filePart('x'.repeat(500)), fieldPart('purpose', 'fine-tune')], BOUNDARY);
  const names: string[] = [];
  for await (const part of readMultipart(streamInChunks(body, [7]), TYPE)) {
    names.push(part.name);
    if (part.kind === 'file') await part.body.cancel();
  }
  expect(names).toEqual(['file', 'purpose']);
});

test('reads a quoted boundary, a preamble, padding after boundaries and an epilogue', async () => {
  const body = `preamble\r\n--b d \t\r\n${fieldPart('a', '').headers}\r\n\r\n1\r\n--b d--\r\nepilogue`;
  expect(await read(body, 'multipart/form-data; charset=utf-8; boundary="b d"')).toMatchObject([{ name: 'a' }]);
});

test('reads a body without parts as none', async () => {
  expect(await read(`--${BOUNDARY}--`)).toEqual([]);
});

test.each([
  ['raw UTF-8', 'filename="naïve 😀.jsonl"', 'naïve 😀.jsonl'],
  ['an extended name', `filename="x"; filename*=UTF-8''na%C3%AFve.jsonl`, 'naïve.jsonl'],
  ['an escaped quote', String.raw`filename="a\"b.jsonl"`, 'a"b.jsonl'],
  ['a percent-encoded quote', 'filename="a%22b.jsonl"', 'a"b.jsonl'],
  ['a Windows path', String.raw`filename="C:\temp\a.jsonl"`, String.raw`C:\temp\a.jsonl`],
  ['a bare token', 'filename=a.jsonl', 'a.jsonl'],
  ['a semicolon inside quotes', 'filename="a;b=c.jsonl"', 'a;b=c.jsonl'],
])('reads a filename with %s', async (_, parameter, filename) => {
  const part: RawPart = { headers: `content-disposition: form-data; name="file"; ${parameter}`, content: 'x' };
  expect(await read(encodeMultipart([part], BOUNDARY))).toMatchObject([{ name: 'file', filename }]);
});

test.each([
  ['nothing', undefined],
  ['JSON', 'application/json'],
  ['another multipart', 'multipart/mixed; boundary=x'],
  ['no boundary', 'multipart/form-data'],
  ['an empty boundary', 'multipart/form-data; boundary='],
  ['a boundary above 70 characters', `multipart/form-data; boundary=${'x'.repeat(71)}`],
])('refuses %s as content type', async (_, contentType) => {
  const parts = readMultipart(streamInChunks(new Uint8Array(0), [1]), contentType);
  await expect(parts.next()).rejects.toMatchObject({ code: 'unsupported_media_type' });
});

test.each([
  ['no body at all', ''],
  ['text that is no multipart', 'hello'],
  ['a part without a name', encodeMultipart([{ headers: 'content-type: text/plain', content: '' }], BOUNDARY)],
  [
    'a field that is not UTF-8',
    encodeMultipart([{ ...fieldPart('a', ''), content: new Uint8Array([0xff]) }], BOUNDARY),
  ],
  ['something behind a boundary', `--${BOUNDARY}x\r\n\r\n\r\n--${BOUNDARY}--`],
  ['a header above 8 KiB', encodeMultipart([filePart('', 'x'.repeat(9_000))], BOUNDARY)],
  ['a field above 64 KiB', encodeMultipart([fieldPart('a', 'x'.repeat(70_000))], BOUNDARY)],
  ['a preamble above 4 KiB', `${'x'.repeat(5_000)}\r\n--${BOUNDARY}--`],
  [
    'more than 32 parts',
    encodeMultipart(
      Array.from({ length: 33 }, (_, index) => fieldPart(`f${index}`, '')),
      BOUNDARY,
    ),
  ],
])('refuses %s', async (_, body) => {
  await expect(read(body)).rejects.toMatchObject({ code: 'invalid_request' });
});
