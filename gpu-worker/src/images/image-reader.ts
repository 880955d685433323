import { LIMITS } from '../../../src/contract/limits.ts';
import { decodeImage, inspectImage } from './decode-image.ts';
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
  return async (bytes) => {
    const { width, height } = await inspectImage(bytes);
    return await gate.run(Math.max(width * height, LIMITS.imagePixels / MAX_TOGETHER), async () => {
      const image = await decodeImage(bytes);
      return { pixels: await processor.process(image), thumbnail: await toThumbnail(image) };
    });
  };
}
