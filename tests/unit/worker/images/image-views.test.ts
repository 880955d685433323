import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImageProcessor, RawImage } from '@huggingface/transformers';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RgbImage } from '../../../../gpu-worker/src/images/decode-image.ts';
import { createImageReader } from '../../../../gpu-worker/src/images/image-reader.ts';
import { loadImageProcessor } from '../../../../gpu-worker/src/images/load-image-processor.ts';
import { THUMBNAIL_SIZE, thumbnailPixels, toThumbnail } from '../../../../gpu-worker/src/images/thumbnail.ts';
import { createWeightedGate } from '../../../../gpu-worker/src/images/weighted-gate.ts';
import { drawPixels } from '../../../support/draw-image.ts';
import type { Colour } from '../../../support/draw-image.ts';

const image = (width: number, height: number, colourAt: (x: number, y: number) => Colour): RgbImage => ({
  width,
  height,
  data: drawPixels(width, height, colourAt),
});

async function processorOf(config: Readonly<Record<string, unknown>>) {
  const folder = await mkdtemp(join(tmpdir(), 'levigate-processor-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(config));
  return await loadImageProcessor(folder);
}

const normalised = { do_rescale: true, do_normalize: true, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.25, 1] };

describe('what the backbone reads', () => {
  test('is resized to height and width, rescaled and normalised by channel', async () => {
    const processor = await processorOf({ do_resize: true, size: { height: 4, width: 6 }, resample: 2, ...normalised });
    expect([processor.height, processor.width]).toEqual([4, 6]);
    const pixels = await processor.process(image(60, 40, () => [255, 0, 51]));
    const channel = (at: number): number[] => [...new Set(pixels.subarray(at * 24, (at + 1) * 24))];
    expect([channel(0), channel(1)]).toEqual([[1], [-2]]);
    expect(channel(2)[0]).toBeCloseTo(-0.3, 6);
  });

  test('is resized by its shortest edge, then cropped in the middle', async () => {
    const cropped = { do_center_crop: true, crop_size: { height: 8, width: 8 } };
    const processor = await processorOf({ size: { shortest_edge: 8 }, resample: 3, ...cropped, do_rescale: true });
    // Only the middle third of a wide image is left.
    const pixels = await processor.process(image(240, 80, (x) => (x >= 70 && x < 170 ? [255, 255, 255] : [0, 0, 0])));
    expect(pixels).toHaveLength(3 * 64);
    expect(Math.min(...pixels)).toBeGreaterThan(0.9);
  });

  test('is left as it is by a processor that neither rescales nor normalises', async () => {
    const processor = await processorOf({ size: { height: 2, width: 2 }, do_rescale: false, do_normalize: false });
    expect([...(await processor.process(image(2, 2, (x, y) => [x, y, 7])))]).toEqual([
      0, 1, 0, 1, 0, 0, 1, 1, 7, 7, 7, 7,
    ]);
  });

  test.each([
    ['as ViT', { do_resize: true, size: { height: 8, width: 8 }, resample: 2, ...normalised }],
    [
      'as DeiT',
      {
        size: { shortest_edge: 12 },
        resample: 3,
        do_center_crop: true,
        crop_size: 8,
        ...normalised,
        image_mean: [0.485, 0.456, 0.406],
      },
    ],
    [
      'as CLIP',
      { size: { shortest_edge: 8 }, do_center_crop: true, crop_size: { height: 8, width: 8 }, ...normalised },
    ],
    ['without normalising', { size: { height: 8, width: 8 }, do_rescale: true, rescale_factor: 1 / 127.5 }],
    ['padded', { size: { height: 8, width: 8 }, do_pad: true, pad_size: { height: 10, width: 10 }, ...normalised }],
    ['as BGR', { size: { height: 8, width: 8 }, do_flip_channel_order: true, ...normalised }],
  ])('is what Transformers.js makes of it, to the bit: %s', async (_, config) => {
    const { data, width, height } = image(37, 23, (x, y) => [(x * y) % 256, (x * 7) % 256, (y * 13) % 256]);
    const reference = new ImageProcessor(config);
    const { pixel_values } = await reference(new RawImage(new Uint8ClampedArray(data), width, height, 3));
    const processor = await processorOf(config);
    expect(await processor.process({ data, width, height })).toEqual(pixel_values.data);
  });

  test('may be a single pixel', async () => {
    const processor = await processorOf({ size: { height: 4, width: 4 }, ...normalised });
    expect(await processor.process(image(1, 1, () => [9, 9, 9]))).toHaveLength(48);
  });

  test('is refused where resizing a strip by its shortest edge would fill the memory', async () => {
    const cropped = { do_center_crop: true, crop_size: 224 };
    const processor = await processorOf({ size: { shortest_edge: 224 }, ...cropped });
    await expect(processor.process(image(1, 5_000, () => [0, 0, 0]))).rejects.toThrow(
      'has 1 x 5000 pixels: its sides differ so much that, resized for this backbone, it would have 224 x 1120000; crop it',
    );
  });

  test('needs a processor that brings all images to one size', async () => {
    const opened = processorOf({ size: { shortest_edge: 8 }, do_rescale: true });
    await expect(opened).rejects.toMatchObject({
      code: 'backbone_invalid',
      message: expect.stringContaining('does not bring all images to one size'),
    });
  });

  test('needs a preprocessor_config.json', async () => {
    await expect(loadImageProcessor('/nowhere/at/all')).rejects.toMatchObject({ code: 'backbone_invalid' });
  });
});

describe('what the task model reads', () => {
  test('is the mean of areas, whatever the shape', async () => {
    const board = image(128, 64, (x, y) => ((x + y) % 2 === 0 ? [100, 0, 200] : [200, 0, 100]));
    const thumbnail = await toThumbnail(board);
    const plane = THUMBNAIL_SIZE ** 2;
    expect(new Set(thumbnail.subarray(0, plane))).toEqual(new Set([150]));
    expect(new Set(thumbnail.subarray(plane, 2 * plane))).toEqual(new Set([0]));
  });

  test('counts a pixel that two areas share in part in each', async () => {
    // 48 columns to 32: each area covers one and a half.
    const { data, width, height } = image(48, 32, (x) => [x * 5, 0, 0]);
    const [first, second] = await toThumbnail({ data, width, height });
    expect([first, second]).toEqual([Math.round((5 * 0.5) / 1.5), Math.round((5 * 0.5 + 10) / 1.5)]);
  });

  test('keeps where things are, from a single pixel to an image that is reduced beforehand', async () => {
    expect(new Set(await toThumbnail(image(1, 1, () => [7, 7, 7])))).toEqual(new Set([7]));
    const large = await toThumbnail(image(2_400, 1_600, (x) => (x < 1_200 ? [255, 255, 255] : [0, 0, 0])));
    const row = [...large.subarray(0, THUMBNAIL_SIZE)];
    expect([row[0], row[14], row[17], row[31]]).toEqual([255, 255, 0, 0]);
  });

  test('lies between -1 and 1', () => {
    expect([...thumbnailPixels(Uint8Array.of(0, 255))]).toEqual([-1, 1]);
  });
});

test('a file is decoded once for both', async () => {
  const processor = await processorOf({ size: { height: 2, width: 2 }, do_rescale: false, do_normalize: false });
  const png = await sharp(
    drawPixels(2, 2, () => [10, 20, 30]),
    { raw: { width: 2, height: 2, channels: 3 } },
  )
    .png()
    .toBuffer();
  const { pixels, thumbnail } = await createImageReader(processor)(png);
  expect([...pixels]).toEqual([10, 10, 10, 10, 20, 20, 20, 20, 30, 30, 30, 30]);
  expect(thumbnail[0]).toBe(10);
});

describe('the gate', () => {
  test('lets no more in than it holds, in order, and what is larger than it alone', async () => {
    const gate = createWeightedGate(4);
    let inside = 0;
    let most = 0;
    const started: number[] = [];
    const task = (weight: number) => async (): Promise<void> => {
      started.push(weight);
      inside += weight;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= weight;
    };
    await Promise.all([1, 3, 2, 9, 1].map((weight) => gate.run(weight, task(weight))));
    expect(started).toEqual([1, 3, 2, 9, 1]);
    expect(most).toBe(9);
  });

  test('opens again after a task that failed', async () => {
    const gate = createWeightedGate(1);
    await expect(gate.run(1, () => Promise.reject(new Error('hurt')))).rejects.toThrow('hurt');
    expect(await gate.run(1, async () => 'next')).toBe('next');
  });
});
