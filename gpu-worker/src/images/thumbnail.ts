import type { RgbImage } from './decode-image.ts';
import { loadSharp } from './load-sharp.ts';

/** Side of the images that the task model reads. */
export const THUMBNAIL_SIZE = 32;
const CHANNELS = 3;
/** Bytes of one thumbnail, [3, 32, 32]. */
export const THUMBNAIL_BYTES = CHANNELS * THUMBNAIL_SIZE * THUMBNAIL_SIZE;

// Beyond this many pixels the sums below would keep the event loop; the decoder halves the image on its own threads first.
const MAX_SUMMED_PIXELS = 2_000_000;

/**
 * The image as 32 x 32 means of areas, whatever its shape: [3, 32, 32], 8 bits a channel, so that a hundred thousand of them
 * fit beside the features.
 */
export async function toThumbnail(image: RgbImage): Promise<Uint8Array> {
  const { data, width, height } = await reduce(image);
  const columns = meansAlong(Float32Array.from(data), { outer: height, size: width, inner: CHANNELS });
  const means = meansAlong(columns, { outer: 1, size: height, inner: THUMBNAIL_SIZE * CHANNELS });
  const plane = THUMBNAIL_SIZE * THUMBNAIL_SIZE;
  return Uint8Array.from({ length: THUMBNAIL_BYTES }, (_, at) =>
    Math.round(means[(at % plane) * CHANNELS + Math.floor(at / plane)] ?? 0),
  );
}

/** Thumbnails [rows, 3, 32, 32] as the task model reads them: -1 to 1. */
export function thumbnailPixels(thumbnails: Uint8Array): Float32Array {
  return Float32Array.from(thumbnails, (value) => value / 127.5 - 1);
}

async function reduce(image: RgbImage): Promise<RgbImage> {
  const { data, width, height } = image;
  const factor = Math.sqrt((width * height) / MAX_SUMMED_PIXELS);
  if (factor <= 1) return image;
  const side = (length: number): number => Math.max(1, Math.min(length, Math.round(length / factor)));
  const sharp = await loadSharp();
  const { data: smaller, info } = await sharp(data, { raw: { width, height, channels: CHANNELS } })
    .resize({ width: side(width), height: side(height), fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: smaller, width: info.width, height: info.height };
}

interface Layout {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

/** [outer, size, inner] to [outer, 32, inner]: means over windows of size / 32, whose border elements count in part. */
function meansAlong(values: Float32Array, { outer, size, inner }: Layout): Float32Array {
  const result = new Float32Array(outer * THUMBNAIL_SIZE * inner);
  const window = size / THUMBNAIL_SIZE;
  for (let target = 0; target < THUMBNAIL_SIZE; target += 1) {
    const [begin, end] = [target * window, (target + 1) * window];
    for (let from = Math.floor(begin); from < Math.min(size, Math.ceil(end)); from += 1) {
      const share = (Math.min(end, from + 1) - Math.max(begin, from)) / window;
      for (let row = 0; row < outer; row += 1) {
        const [source, sum] = [(row * size + from) * inner, (row * THUMBNAIL_SIZE + target) * inner];
        for (let at = 0; at < inner; at += 1)
          result[sum + at] = (result[sum + at] ?? 0) + share * (values[source + at] ?? 0);
      }
    }
  }
  return result;
}
