import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { ImageCorruption } from '../../../src/contract/levi.ts';
import type { Random } from '../../../src/engine/index.ts';
import { decodeImage } from '../images/decode-image.ts';
import type { RgbImage } from '../images/decode-image.ts';

// What backbones read is about this large: noise on a photograph of 12 megapixels would be averaged away before they see it.
const SHORTER_SIDE = 256;

// Strengths are the second of five in Hendrycks and Dietterich 2019 (arXiv 1903.12261), where the corruption is one of theirs.
const NOISE_DEVIATION = 0.12;
const BLUR_SIGMA = 2;
const CONTRAST = 0.3;
const JPEG_QUALITY = 18;
/** Of each side, so a quarter of the picture. */
const OCCLUDED_SIDE = 0.5;
const GREY = 128;

const CORRUPTIONS = {
  noise: (pixels, random) => png(toSharp(addNoise(pixels, random))),
  blur: (pixels) => png(toSharp(pixels).blur(BLUR_SIGMA)),
  contrast: (pixels) => png(toSharp(flattenContrast(pixels))),
  jpeg: (pixels) => toSharp(pixels).jpeg({ quality: JPEG_QUALITY }).toBuffer(),
  occlusion: (pixels, random) => png(toSharp(occlude(pixels, random))),
} as const satisfies Record<ImageCorruption, (pixels: RgbImage, random: Random) => Promise<Uint8Array>>;

/**
 * An encoded image, scaled down to 256 pixels on its shorter side and changed: noise, blur, a third of the contrast, hard JPEG
 * compression, or a grey square over a quarter of it. Equal image and random numbers give equal bytes. Rejects with ImageError.
 */
export async function corruptImage(
  image: Uint8Array,
  corruption: ImageCorruption,
  random: Random,
): Promise<Uint8Array> {
  return CORRUPTIONS[corruption](await decode(image), random);
}

async function decode(image: Uint8Array): Promise<RgbImage> {
  const { data, info } = await toSharp(await decodeImage(image))
    .resize({ width: SHORTER_SIDE, height: SHORTER_SIDE, fit: 'outside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

function toSharp({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

// Only read once more: time counts, size does not.
const png = (image: Sharp): Promise<Uint8Array> => image.png({ compressionLevel: 1 }).toBuffer();

function addNoise(pixels: RgbImage, random: Random): RgbImage {
  return { ...pixels, data: pixels.data.map((value) => clamp(value + 255 * NOISE_DEVIATION * random.normal())) };
}

function flattenContrast(pixels: RgbImage): RgbImage {
  const mean = pixels.data.reduce((sum, value) => sum + value, 0) / Math.max(1, pixels.data.length);
  return { ...pixels, data: pixels.data.map((value) => clamp(mean + CONTRAST * (value - mean))) };
}

function occlude(pixels: RgbImage, random: Random): RgbImage {
  const { width, height } = pixels;
  const data = pixels.data.slice();
  const columns = Math.ceil(width * OCCLUDED_SIDE);
  const rows = Math.ceil(height * OCCLUDED_SIDE);
  const left = random.integer(width - columns + 1);
  const top = random.integer(height - rows + 1);
  for (let row = top; row < top + rows; row++) {
    const start = (row * width + left) * 3;
    data.fill(GREY, start, start + columns * 3);
  }
  return { ...pixels, data };
}

const clamp = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));
