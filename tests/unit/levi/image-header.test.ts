import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readImageHeader } from '../../../src/levi/images/read-image-header.ts';
import { findAsset, titleOrReason } from '../../support/assets.ts';
import { animatedPng, drawPng, pngHeader } from '../../support/images.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const webp = (kind: string, payload: string): Uint8Array =>
  latin1(`RIFF\0\0\0\0WEBP${kind}\0\0\0\0${payload}`.padEnd(40, '\0'));
const jpeg = (segments: string): Uint8Array => latin1(`\xff\xd8\xff${segments}`);
const APP0 = '\xe0\0\x04ab';

test.each([
  ['PNG', drawPng({ width: 20, height: 10 }), { format: 'png', width: 20, height: 10, isAnimated: false }],
  ['a PNG of 100 megapixels', pngHeader(10_000, 10_000), { width: 10_000, height: 10_000 }],
  ['an animated PNG', animatedPng(), { format: 'png', isAnimated: true }],
  [
    'JPEG',
    jpeg(`${APP0}\xff\xff\xc2\0\x11\x08\0\x14\0\x28`.padEnd(40, '\0')),
    { format: 'jpeg', width: 40, height: 20 },
  ],
  ['WebP, lossy', webp('VP8 ', '\0\0\0\x9d\x01\x2a\x28\0\x14\0'), { format: 'webp', width: 40, height: 20 }],
  ['WebP, lossless', webp('VP8L', '\x2f\x27\xc0\x04\0'), { format: 'webp', width: 40, height: 20 }],
  ['WebP, extended', webp('VP8X', '\x10\0\0\0\x27\0\0\x13\0\0'), { width: 40, height: 20, isAnimated: false }],
  ['an animated WebP', webp('VP8X', '\x02\0\0\0\x27\0\0\x13\0\0'), { isAnimated: true }],
])('reads the size of %s', (_, bytes, expected) => {
  expect(readImageHeader(bytes)).toMatchObject(expected);
});

test.each([
  ['a GIF', latin1('GIF89a'), 'is a GIF'],
  ['a PDF', latin1('%PDF-1.7'), 'is a PDF'],
  ['an HTML page, as of a download that failed', latin1('  <!doctype html>'), 'is SVG or HTML'],
  ['nothing', new Uint8Array(0), 'is empty'],
  ['a text', latin1('hello'), 'is no image'],
  ['a PNG without a size', latin1('\x89PNG\r\n\x1a\n'), 'is a damaged PNG'],
  ['a JPEG that ends before its frame', jpeg(APP0), 'is a damaged JPEG'],
  ['a PNG of no width', pngHeader(0, 10), 'is a damaged PNG'],
])('says of %s what it is', (_, bytes, problem) => {
  expect(readImageHeader(bytes)).toMatchObject({ problem: expect.stringContaining(problem) });
});

test('ends at once with whatever follows a signature', () => {
  const signature = fc
    .constantFrom('\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'RIFFxxxxWEBPVP8X', 'RIFFxxxxWEBPVP8L')
    .map(latin1);
  fc.assert(
    fc.property(signature, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      expect(readImageHeader(new Uint8Array([...start, ...rest]))).toBeTypeOf('object');
    }),
    { numRuns: 2_000 },
  );
});

const PHOTOS = 'data/pacs-subset/photo/dog';
const photos = findAsset(PHOTOS);
test.skipIf(photos === null)(titleOrReason('knows the size of photographs', PHOTOS, photos), () => {
  for (const name of readdirSync(photos ?? '').slice(0, 10))
    expect(readImageHeader(new Uint8Array(readFileSync(join(photos ?? '', name))))).toEqual({
      format: 'jpeg',
      width: 227,
      height: 227,
      isAnimated: false,
    });
});
