import { AutoImageProcessor, RawImage } from '@huggingface/transformers';
import { LevigateError } from '../../../src/contract/errors.ts';
import { LIMITS } from '../../../src/contract/limits.ts';
import type { RgbImage } from './decode-image.ts';
import { ImageError } from './image-error.ts';

/** What a backbone's preprocessor_config.json says, done as Transformers.js does it. */
export interface ImageProcessor {
  readonly height: number;
  readonly width: number;
  /** [3, height, width], resized, cropped, rescaled and normalised. Rejects with ImageError. */
  process(image: RgbImage): Promise<Float32Array>;
}

/**
 * Opens preprocessor_config.json of a folder; never looks elsewhere.
 *
 * @throws LevigateError `backbone_invalid` when there is none, or images of different shapes would stay different.
 */
export async function loadImageProcessor(folder: string): Promise<ImageProcessor> {
  const processor = await AutoImageProcessor.from_pretrained(folder, { local_files_only: true }).catch(
    (cause: unknown) => {
      throw invalid(folder, `cannot be read: ${String(cause)}`, cause);
    },
  );
  const run = async (image: RgbImage): Promise<{ readonly data: Float32Array; readonly dims: readonly number[] }> => {
    const pixels = new Uint8ClampedArray(image.data.buffer, image.data.byteOffset, image.data.length);
    const { pixel_values } = await processor(new RawImage(pixels, image.width, image.height, 3));
    const { data, dims } = pixel_values;
    if (data instanceof Float32Array) return { data, dims: [...dims] };
    throw new Error(`internal: the image processor gave ${pixel_values.type} instead of float32`);
  };
  const { dims } = await run(blank(64, 64)).catch((cause: unknown) => {
    throw invalid(folder, `cannot be applied: ${String(cause)}`, cause);
  });
  const [, channels = 0, height = 0, width = 0] = dims;
  const wide = await run(blank(96, 48));
  if (channels !== 3 || wide.dims.join() !== dims.join()) {
    throw invalid(
      folder,
      'does not bring all images to one size: it needs "size" with height and width, or "crop_size"',
    );
  }
  return {
    height,
    width,
    process: async (image) => {
      assertResizable(processor, image);
      const { data } = await run(image).catch((cause: unknown) => {
        throw new ImageError(`cannot be brought to ${width} x ${height} pixels (${String(cause)})`, { cause });
      });
      return data;
    },
  };
}

type Processor = Awaited<ReturnType<typeof AutoImageProcessor.from_pretrained>>;

/** A size by the shortest edge makes a strip of 1 x 10,000 pixels larger than memory. */
function assertResizable(processor: Processor, image: RgbImage): void {
  if (!processor.do_resize) return;
  const like = new RawImage(new Uint8ClampedArray(), image.width, image.height, 3);
  const [width, height] = processor.get_resize_output_image_size(like, processor.size);
  if (width * height <= LIMITS.imagePixels) return;
  throw new ImageError(
    `has ${image.width} x ${image.height} pixels: its sides differ so much that, resized for this backbone, it would have ${width} x ${height}; crop it`,
  );
}

const blank = (width: number, height: number): RgbImage => ({
  data: new Uint8Array(width * height * 3).fill(128),
  width,
  height,
});

const invalid = (folder: string, reason: string, cause?: unknown): LevigateError =>
  new LevigateError('backbone_invalid', `The preprocessor_config.json in ${folder} ${reason}.`, { cause });
