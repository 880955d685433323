import type { FileSource } from '../../src/levi/sources/file-source.ts';
import { streamOf } from './stream-of.ts';

/** Bytes as a file that is read from any place; reading outside of it fails. */
export function sourceOf(content: string | Uint8Array, chunkBytes = 65_536): FileSource {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    sizeBytes: bytes.length,
    open: () => Promise.resolve(streamOf(bytes, chunkBytes)),
    read: (offset, length) =>
      offset >= 0 && length >= 0 && offset + length <= bytes.length
        ? Promise.resolve(bytes.slice(offset, offset + length))
        : Promise.reject(new RangeError(`${length} bytes from ${offset} on are not within ${bytes.length}`)),
  };
}
