import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ImageError } from '../../../gpu-worker/src/images/image-error.ts';
import { corruptImage } from '../../../gpu-worker/src/corruptions/corrupt-image.ts';
import { IMAGE_CORRUPTIONS } from '../../../src/contract/levi.ts';
import { createRandom } from '../../../src/engine/index.ts';

const WIDTH = 300;
const HEIGHT = 280;

/** A gradient with an edge in it. */
function drawPicture(channels: 3 | 4): Promise<Buffer> {
  const data = new Uint8Array(WIDTH * HEIGHT * channels);
  for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
    const column = pixel % WIDTH;
    data.fill(column < WIDTH / 2 ? column : 255 - (column >> 2), pixel * channels, (pixel + 1) * channels);
  }
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels } })
    .png()
    .toBuffer();
}

const [picture, transparent] = await Promise.all([drawPicture(3), drawPicture(4)]);

const pixelsOf = (
  image: Uint8Array,
): Promise<{ data: Buffer; info: { width: number; height: number; channels: number } }> =>
  sharp(image).raw().toBuffer({ resolveWithObject: true });
const meanOf = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviationOf = (values: Uint8Array): number => {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};
/** Mean step from a pixel to the one on its right. */
const roughnessOf = (values: Uint8Array): number =>
  values.reduce((sum, value, index) => sum + Math.abs(value - (values[index + 3] ?? value)), 0) / values.length;

describe('a corrupted image', () => {
  test.each(IMAGE_CORRUPTIONS)('%s: repeats for the same seed, at the size that backbones read', async (name) => {
    const first = await corruptImage(picture, name, createRandom(3));
    expect(Buffer.compare(first, await corruptImage(picture, name, createRandom(3)))).toBe(0);
    const { info } = await pixelsOf(first);
    expect([info.width, info.height, info.channels]).toEqual([274, 256, 3]);
  });

  test('each is of its kind: rougher, smoother, flatter, coarser, partly hidden', async () => {
    const plain = await sharp(picture).resize({ height: 256 }).raw().toBuffer();
    const of = async (name: (typeof IMAGE_CORRUPTIONS)[number]): Promise<Uint8Array> =>
      (await pixelsOf(await corruptImage(picture, name, createRandom(3)))).data;
    expect(roughnessOf(await of('noise'))).toBeGreaterThan(20);
    expect(roughnessOf(await of('blur'))).toBeLessThan(roughnessOf(plain));
    expect(deviationOf(await of('contrast'))).toBeCloseTo(0.3 * deviationOf(plain), 0);
    const hidden = await of('occlusion');
    const grey = hidden.reduce((count, value, index) => count + (value === 128 && plain[index] !== 128 ? 1 : 0), 0);
    expect(grey / hidden.length).toBeCloseTo(0.25, 1);
    const coarse = await corruptImage(picture, 'jpeg', createRandom(3));
    expect([...coarse.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    expect(coarse.length).toBeLessThan(picture.length * 3);
  });

  test.each(IMAGE_CORRUPTIONS)('%s: one pixel, and one with transparency, are images too', async (name) => {
    const dot = await sharp(Uint8Array.of(9, 9, 9), { raw: { width: 1, height: 1, channels: 3 } })
      .png()
      .toBuffer();
    const { info } = await pixelsOf(await corruptImage(dot, name, createRandom(1)));
    expect([info.width, info.height]).toEqual([1, 1]);
    expect((await pixelsOf(await corruptImage(transparent, name, createRandom(1)))).info.channels).toBe(3);
  });

  test('what is no image is refused', async () => {
    await expect(corruptImage(Uint8Array.of(1, 2, 3), 'blur', createRandom(1))).rejects.toThrow(ImageError);
  });
});
