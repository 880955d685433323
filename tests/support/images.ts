import { crc32, deflateSync } from 'node:zlib';

interface Drawing {
  readonly width?: number;
  readonly height?: number;
  /** 0 to 255; pictures of another shade are other pictures. */
  readonly shade?: number;
}

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
};

const SIGNATURE = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1');

function header(width: number, height: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  // 8 bits of grey.
  data[8] = 8;
  return chunk('IHDR', data);
}

/** A PNG of one shade of grey. */
export function drawPng({ width = 16, height = 16, shade = 0 }: Drawing = {}): Uint8Array<ArrayBuffer> {
  const row = Buffer.alloc(width + 1, shade);
  row[0] = 0;
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return new Uint8Array(
    Buffer.concat([SIGNATURE, header(width, height), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]),
  );
}

/** The header of a PNG of any size, and nothing behind it: what reads it further has decoded it. */
export const pngHeader = (width: number, height: number): Uint8Array =>
  new Uint8Array(Buffer.concat([SIGNATURE, header(width, height), chunk('IDAT', Buffer.alloc(0))]));

/** An animated PNG, up to where that is said. */
export const animatedPng = (): Uint8Array =>
  new Uint8Array(Buffer.concat([SIGNATURE, header(16, 16), chunk('acTL', Buffer.alloc(8))]));

export const toDataUri = (image: Uint8Array): string =>
  `data:image/png;base64,${Buffer.from(image).toString('base64')}`;
