import type { Tensor } from '../tensor.ts';
import { elementTypeOf } from './element-types.ts';

/** Writes a safetensors file; equal tensors in equal order give equal bytes. */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  // Wide elements first, so that every tensor lies at a multiple of its width.
  const sorted = Object.entries(tensors).sort(([, left], [, right]) => widthOf(right) - widthOf(left));
  let end = 0;
  const placed = sorted.map(([name, { dtype, dims, data }]) => {
    const start = end;
    end += data.byteLength;
    return { name, start, data, entry: { dtype: elementTypeOf[dtype], shape: dims, data_offsets: [start, end] } };
  });
  const described = Object.fromEntries(placed.map(({ name, entry }) => [name, entry]));
  const hasMetadata = Object.keys(metadata).length > 0;
  const header = encodeHeader(hasMetadata ? { __metadata__: metadata, ...described } : described);
  const bytes = new Uint8Array(header.length + end);
  bytes.set(header);
  for (const { start, data } of placed) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length + start);
  }
  return bytes;
}

/** Length and JSON, filled up with spaces so that the tensors begin at a multiple of 8. */
function encodeHeader(header: Readonly<Record<string, unknown>>): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

function widthOf({ data }: Tensor): number {
  return data.BYTES_PER_ELEMENT;
}
