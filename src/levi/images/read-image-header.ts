/** What a file's first bytes say; nothing is decoded. */
export interface ImageHeader {
  readonly format: 'jpeg' | 'png' | 'webp';
  readonly width: number;
  readonly height: number;
  readonly isAnimated: boolean;
}

/** A file that is none of the three, or one that ends before it says its size; as the end of a sentence that names it. */
export interface NoImage {
  readonly problem: string;
  readonly isDamaged: boolean;
}

/**
 * Format and size of a JPEG, PNG or WebP file, from its header alone: a picture of 100 megapixels costs no more than one of 1.
 * Sizes are those before EXIF turns the picture.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | NoImage {
  const known = FORMATS.find(({ matches }) => matches(bytes));
  if (known) return known.read(bytes) ?? { problem: `is a damaged ${known.name} file`, isDamaged: true };
  const foreign = FOREIGN.find(([, matches]) => matches(bytes))?.[0];
  if (bytes.length === 0) return { problem: 'is empty', isDamaged: false };
  return { problem: foreign === undefined ? 'is no image that can be read here' : `is ${foreign}`, isDamaged: false };
}

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));
const begins = (signature: string, at = 0) => {
  const end = at + signature.length;
  return (bytes: Uint8Array): boolean => ascii(bytes, at, end) === signature;
};

const FORMATS = [
  { name: 'JPEG', matches: begins('\u00ff\u00d8\u00ff'), read: readJpeg },
  { name: 'PNG', matches: begins('\u0089PNG\r\n\u001a\n'), read: readPng },
  { name: 'WebP', matches: (bytes) => begins('RIFF')(bytes) && begins('WEBP', 8)(bytes), read: readWebp },
] as const satisfies readonly {
  readonly name: string;
  readonly matches: (bytes: Uint8Array) => boolean;
  readonly read: (bytes: Uint8Array) => ImageHeader | null;
}[];

const FOREIGN: readonly (readonly [name: string, matches: (bytes: Uint8Array) => boolean])[] = [
  ['a GIF', begins('GIF8')],
  ['a TIFF', (bytes) => begins('II*\0')(bytes) || begins('MM\0*')(bytes)],
  ['a BMP', begins('BM')],
  ['AVIF or HEIC', begins('ftyp', 4)],
  ['a PDF', begins('%PDF')],
  ['SVG or HTML', (bytes) => ascii(bytes, 0, 256).trimStart().startsWith('<')],
];

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Segments up to the start of the frame (SOF), which is any of C0 to CF but tables (C4), extensions (C8) and conditioning (CC). */
function readJpeg(bytes: Uint8Array): ImageHeader | null {
  const view = viewOf(bytes);
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return null;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return sized('jpeg', view.getUint16(at + 7), view.getUint16(at + 5));
    const length = view.getUint16(at + 2);
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
}

function readPng(bytes: Uint8Array): ImageHeader | null {
  if (bytes.length < 24 || !begins('IHDR', 12)(bytes)) return null;
  const view = viewOf(bytes);
  return sized('png', view.getUint32(16), view.getUint32(20), isAnimatedPng(bytes, view));
}

/** An animation has an acTL chunk before the first IDAT. */
function isAnimatedPng(bytes: Uint8Array, view: DataView): boolean {
  for (let at = 8; at + 8 <= bytes.length; at += view.getUint32(at) + 12) {
    const type = ascii(bytes, at + 4, at + 8);
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
  }
  return false;
}

// https://developers.google.com/speed/webp/docs/riff_container
function readWebp(bytes: Uint8Array): ImageHeader | null {
  if (bytes.length < 30) return null;
  const view = viewOf(bytes);
  switch (ascii(bytes, 12, 16)) {
    case 'VP8 ':
      return sized('webp', view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return sized('webp', 1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff));
    }
    case 'VP8X': {
      const width = 1 + (view.getUint32(24, true) & 0xffffff);
      const height = 1 + (view.getUint32(26, true) >>> 8);
      return sized('webp', width, height, ((bytes[20] ?? 0) & 0b10) !== 0);
    }
    default:
      return null;
  }
}

const sized = (format: ImageHeader['format'], width: number, height: number, isAnimated = false): ImageHeader | null =>
  width > 0 && height > 0 ? { format, width, height, isAnimated } : null;
