import { LIMITS } from '../../../src/contract/limits.ts';
import { readImageHeader } from '../../../src/levi/index.ts';
import { ImageError } from './image-error.ts';
import { loadSharp } from './load-sharp.ts';

/** What a viewer shows: turned as EXIF says, transparency on white, sRGB, 8 bits a channel. */
export interface RgbImage {
  /** [height, width, 3]. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const DECODE_LIMIT_S = 30;

/**
 * Size of an image as its header has it, before it is turned.
 *
 * @throws ImageError for what is no JPEG, PNG or WebP, for an animation, and beyond `LIMITS.imagePixels`: nothing is decoded yet.
 */
export async function inspectImage(bytes: Uint8Array): Promise<{ readonly width: number; readonly height: number }> {
  assertReadable(bytes);
  const sharp = await loadSharp();
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata().catch(explain);
  if (width * height > LIMITS.imagePixels) {
    const limit = LIMITS.imagePixels / 1e6;
    throw new ImageError(`has ${width} x ${height} pixels, more than ${limit} million; give a smaller version of it`);
  }
  return { width, height };
}

/** The decoder sees nothing else, so only its three best tested readers are ever reached; what is wrong with one of those, it says itself. */
function assertReadable(bytes: Uint8Array): void {
  const header = readImageHeader(bytes);
  if (!('problem' in header)) {
    if (header.isAnimated) throw new ImageError('is an animation; give one frame of it');
  } else if (!header.isDamaged) throw new ImageError(`${header.problem}; give a JPEG, PNG or WebP file`);
}

/**
 * Decodes a JPEG, PNG or WebP file on the decoder's own threads; an image cut short is refused, never completed with grey.
 *
 * @throws ImageError as `inspectImage`, and for damaged and truncated files.
 */
export async function decodeImage(bytes: Uint8Array): Promise<RgbImage> {
  await inspectImage(bytes);
  const sharp = await loadSharp();
  const { data, info } = await sharp(bytes, { limitInputPixels: LIMITS.imagePixels, failOn: 'error' })
    .timeout({ seconds: DECODE_LIMIT_S })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(explain);
  if (info.channels !== 3) throw new Error(`internal: an image was decoded to ${info.channels} channels`);
  return { data, width: info.width, height: info.height };
}

function explain(cause: unknown): never {
  const reason = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause);
  throw new ImageError(`is damaged or cut short (${reason}); give the whole file`, { cause });
}
