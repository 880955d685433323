import { LIMITS } from '../../../src/contract/limits.ts';
import { decodeImage, inspectImage } from './decode-image.ts';
import type { RgbImage } from './decode-image.ts';
import type { ImageProcessor } from './load-image-processor.ts';
import { toThumbnail } from './thumbnail.ts';
import { createWeightedGate } from './weighted-gate.ts';

export interface ReadImage {
  /** What the backbone reads, [3, height, width]. */
  readonly pixels: Float32Array;
  /** What the task model reads, [3, 32, 32]. */
  readonly thumbnail: Uint8Array;
}

/** An encoded file to both views of it; decoded once. Rejects with ImageError. */
export type ReadImageFile = (bytes: Uint8Array) => Promise<ReadImage>;

// As many as the thread pool that decodes has threads; and no more decoded pixels at once than one image may have.
const MAX_TOGETHER = 4;

/** Of this process: however many backbones read images, what they hold decoded stays within one bound. */
const gate = createWeightedGate(LIMITS.imagePixels);

export function createImageReader(processor: ImageProcessor): ReadImageFile {
  return (bytes) =>
    decodeInTurn(bytes, async (image) => ({
      pixels: await processor.process(image),
      thumbnail: await toThumbnail(image),
    }));
}

/** What the task model reads alone, of an image beside a text. Rejects with ImageError. */
export const readThumbnail = (bytes: Uint8Array): Promise<Uint8Array> => decodeInTurn(bytes, toThumbnail);

async function decodeInTurn<Result>(bytes: Uint8Array, read: (image: RgbImage) => Promise<Result>): Promise<Result> {
  const { width, height } = await inspectImage(bytes);
  const weight = Math.max(width * height, LIMITS.imagePixels / MAX_TOGETHER);
  return await gate.run(weight, async () => read(await decodeImage(bytes)));
}
