import type { PixelBatch } from '../device/encoder-batch.ts';

/** Images [3, height, width] as one batch. */
export function stackPixels(
  images: readonly Float32Array[],
  { height, width }: { readonly height: number; readonly width: number },
): PixelBatch {
  const size = 3 * height * width;
  const pixels = new Float32Array(images.length * size);
  for (const [row, image] of images.entries()) pixels.set(image, row * size);
  return { rows: images.length, height, width, pixels };
}
