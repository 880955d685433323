import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage, inspectImage } from '../../../../gpu-worker/src/images/decode-image.ts';
import { drawPixels } from '../../../support/draw-image.ts';

const raw = (data: Uint8Array, width: number, height: number, channels: 1 | 2 | 3 | 4 = 3): Sharp =>
  sharp(data, { raw: { width, height, channels } });

/** Left red, right blue. */
const halves = drawPixels(16, 8, (x) => (x < 8 ? [255, 0, 0] : [0, 0, 255]));
const picture = (): Sharp => raw(halves, 16, 8);
const noise = (): Sharp =>
  raw(
    drawPixels(64, 64, (x, y) => [(x * y) % 256, (x * 7) % 256, (y * 13) % 256]),
    64,
    64,
  );

const firstPixel = async (bytes: Uint8Array): Promise<number[]> => [...(await decodeImage(bytes)).data.subarray(0, 3)];

/** A chunk of a PNG; its checksum is not looked at by what reads it here. */
function chunk(type: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content, Buffer.alloc(4)]);
}

describe('decoding', () => {
  test.each(['jpeg', 'png', 'webp'] as const)('%s becomes RGB', async (format) => {
    const image = await decodeImage(await picture().toFormat(format, { quality: 100 }).toBuffer());
    expect([image.width, image.height, image.data.length]).toEqual([16, 8, 16 * 8 * 3]);
    expect(image.data[0]).toBeGreaterThan(240);
    expect(image.data[2]).toBeLessThan(15);
  });

  test('turns an image as its EXIF orientation says', async () => {
    const turned = await picture().withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    const { width, height, data } = await decodeImage(turned);
    expect([width, height]).toEqual([8, 16]);
    expect(data[0]).toBeGreaterThan(240);
    expect(data.at(-1)).toBeGreaterThan(240);
  });

  test('puts what is transparent on white', async () => {
    const half = await raw(Uint8Array.of(255, 0, 0, 0, 0, 0, 255, 255), 2, 1, 4)
      .png()
      .toBuffer();
    expect([...(await decodeImage(half)).data]).toEqual([255, 255, 255, 0, 0, 255]);
  });

  test('gives greys, 16 bits and CMYK three channels of 8 bits', async () => {
    const grey = raw(Uint8Array.of(90, 90), 2, 1, 1);
    expect(await firstPixel(await grey.clone().png().toBuffer())).toEqual([90, 90, 90]);
    expect(await firstPixel(await grey.clone().toColourspace('b-w').png({ compressionLevel: 1 }).toBuffer())).toEqual([
      90, 90, 90,
    ]);
    expect(await firstPixel(await grey.clone().toColourspace('grey16').png().toBuffer())).toEqual([90, 90, 90]);
    const cmyk = await noise().toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    expect((await decodeImage(cmyk)).data).toHaveLength(64 * 64 * 3);
  });

  test('reads an image of one pixel', async () => {
    const pixel = await raw(Uint8Array.of(1, 2, 3), 1, 1)
      .png()
      .toBuffer();
    expect(await decodeImage(pixel)).toMatchObject({ width: 1, height: 1, data: Buffer.from([1, 2, 3]) });
  });
});

describe('refusing', () => {
  test.each(['jpeg', 'png', 'webp'] as const)('a %s file that was cut short', async (format) => {
    const whole = await noise().toFormat(format).toBuffer();
    for (const kept of [0.3, 0.6, 0.95]) {
      const cut = whole.subarray(0, Math.floor(whole.length * kept));
      await expect(decodeImage(cut)).rejects.toThrow(/is damaged or cut short .*; give the whole file/);
    }
  });

  test('more than 100 megapixels, before anything is decoded', async () => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(20_000, 0);
    header.writeUInt32BE(5_001, 4);
    header.set([8, 2], 8);
    const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
    const withChecksum = chunk('IHDR', header);
    withChecksum.writeUInt32BE(crc32(withChecksum.subarray(4, -4)), withChecksum.length - 4);
    const bomb = Buffer.concat([signature, withChecksum, chunk('IDAT', deflateSync(Buffer.alloc(1_000)))]);
    await expect(decodeImage(bomb)).rejects.toThrow('has 20000 x 5001 pixels, more than 100 million');
    await expect(inspectImage(bomb)).rejects.toThrow('give a smaller version of it');
  });

  test('animations: WebP and APNG', async () => {
    const frames = [await picture().png().toBuffer(), await picture().negate().png().toBuffer()];
    const webp = await sharp(frames, { join: { animated: true } })
      .webp({ loop: 0 })
      .toBuffer();
    await expect(decodeImage(webp)).rejects.toThrow('is an animation; give one frame of it');
    const png = await picture().png().toBuffer();
    const apng = Buffer.concat([png.subarray(0, 33), chunk('acTL', Buffer.alloc(8)), png.subarray(33)]);
    await expect(decodeImage(apng)).rejects.toThrow('is an animation; give one frame of it');
  });

  test.each([
    ['a GIF', () => picture().gif().toBuffer(), 'is a GIF; give a JPEG, PNG or WebP file'],
    ['a TIFF', () => picture().tiff().toBuffer(), 'is a TIFF;'],
    ['an AVIF', () => picture().avif().toBuffer(), 'is AVIF or HEIC;'],
    ['an SVG', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'is SVG or HTML;'],
    ['text', async () => Buffer.from('my invoice is wrong'), 'is no image that can be read here;'],
    ['nothing', async () => Buffer.alloc(0), 'is empty'],
    ['a bare signature', async () => Buffer.from([0xff, 0xd8, 0xff]), 'is damaged or cut short'],
  ] as const)('%s', async (_, bytes, message) => {
    await expect(decodeImage(await bytes())).rejects.toThrow(message);
  });

  test('whatever bytes follow a signature, with an ImageError and nothing else', async () => {
    const whole = await noise().png().toBuffer();
    for (let seed = 1; seed <= 40; seed += 1) {
      const hurt = Uint8Array.from(whole);
      for (let at = 8; at < hurt.length; at += 1) if ((at * seed * 7919) % 97 === 0) hurt[at] = (at * seed) % 256;
      const outcome = await decodeImage(hurt).then(
        () => 'ImageError',
        (error: unknown) => (error instanceof Error ? error.name : error),
      );
      expect(outcome).toBe('ImageError');
    }
  });
});
