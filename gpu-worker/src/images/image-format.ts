import { ImageError } from './image-error.ts';

export type ImageFormat = 'jpeg' | 'png' | 'webp';

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

const SIGNATURES: readonly (readonly [name: string, matches: (bytes: Uint8Array) => boolean])[] = [
  ['jpeg', (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff],
  ['png', (bytes) => ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n'],
  ['webp', (bytes) => ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP'],
  ['GIF', (bytes) => ascii(bytes, 0, 4) === 'GIF8'],
  ['TIFF', (bytes) => ['II*\0', 'MM\0*'].includes(ascii(bytes, 0, 4))],
  ['BMP', (bytes) => ascii(bytes, 0, 2) === 'BM'],
  ['AVIF or HEIC', (bytes) => ascii(bytes, 4, 8) === 'ftyp'],
  ['PDF', (bytes) => ascii(bytes, 0, 4) === '%PDF'],
  ['SVG or HTML', (bytes) => ascii(bytes, 0, 256).trimStart().startsWith('<')],
];

/**
 * The format, told from the first bytes: the decoder sees nothing else, so only its three best tested readers are ever reached.
 *
 * @throws ImageError for another format, and for an animation.
 */
export function detectImageFormat(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new ImageError('is empty');
  const found = SIGNATURES.find(([, matches]) => matches(bytes))?.[0];
  if (found !== 'jpeg' && found !== 'png' && found !== 'webp') {
    const what = found === undefined ? 'is no image that can be read here' : `is ${found}`;
    throw new ImageError(`${what}; give a JPEG, PNG or WebP file`);
  }
  if (isAnimated(found, bytes)) throw new ImageError('is an animation; give one frame of it');
  return found;
}

function isAnimated(format: ImageFormat, bytes: Uint8Array): boolean {
  if (format === 'png') return hasAnimationChunk(bytes);
  // The extended header's second flag (https://developers.google.com/speed/webp/docs/riff_container).
  return format === 'webp' && ascii(bytes, 12, 16) === 'VP8X' && ((bytes[20] ?? 0) & 0b10) !== 0;
}

/** An APNG has an acTL chunk before its first IDAT; a decoder that knows PNG alone shows its first frame. */
function hasAnimationChunk(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += view.getUint32(at) + 12) {
    const type = ascii(bytes, at + 4, at + 8);
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
  }
  return false;
}
