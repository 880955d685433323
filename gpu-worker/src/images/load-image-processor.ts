import { AutoImageProcessor, ImageProcessor as BaseProcessor, RawImage } from '@huggingface/transformers';
import { LevigateError } from '../../../src/contract/errors.ts';
import { LIMITS } from '../../../src/contract/limits.ts';
import type { RgbImage } from './decode-image.ts';
import { ImageError } from './image-error.ts';
import { toChannels } from './to-channels.ts';

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
    const { pixel_values } = await processor(toRawImage(image));
    const { data, dims } = pixel_values;
    if (data instanceof Float32Array) return { data, dims: [...dims] };
    throw new Error(`internal: the image processor gave ${pixel_values.type} instead of float32`);
  };
  const trial = [blank(64, 64), blank(96, 48)];
  const [square, wide] = await Promise.all(trial.map(run)).catch((cause: unknown) => {
    throw invalid(folder, `cannot be applied: ${String(cause)}`, cause);
  });
  const [, channels, height = 0, width = 0] = square?.dims ?? [];
  if (channels !== 3 || wide?.dims.join() !== square?.dims.join()) {
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
      const processed = isPlain(processor) ? processPlain(processor, image) : run(image).then(({ data }) => data);
      return await processed.catch((cause: unknown) => {
        throw new ImageError(`cannot be brought to ${width} x ${height} pixels (${String(cause)})`, { cause });
      });
    },
  };
}

/** Whether it does nothing but resize, crop in the middle, rescale and normalise, as those of nearly all backbones do. */
function isPlain(processor: Processor): boolean {
  const { do_crop_margin, do_thumbnail, do_pad, do_flip_channel_order } = processor;
  const isOther = [do_crop_margin, do_thumbnail, do_pad, do_flip_channel_order].some(Boolean);
  return !isOther && processor.preprocess === BaseProcessor.prototype.preprocess;
}

/** What the processor does, by its own resizing and cropping, and `toChannels` for the rest. */
async function processPlain(processor: Processor, image: RgbImage): Promise<Float32Array> {
  const whole = toRawImage(image);
  const resized = processor.do_resize ? await processor.resize(whole) : whole;
  const { crop_size: size } = processor;
  const [height, width] = typeof size === 'number' ? [size, size] : [size?.height, size?.width];
  const isCropped = processor.do_center_crop && height !== undefined && width !== undefined;
  const cropped = isCropped ? await resized.center_crop(width, height) : resized;
  return toChannels(cropped.data, processor);
}

const toRawImage = ({ data, width, height }: RgbImage): RawImage =>
  new RawImage(new Uint8ClampedArray(data.buffer, data.byteOffset, data.length), width, height, 3);

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
