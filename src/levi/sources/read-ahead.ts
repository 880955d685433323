import type { FileSource } from './file-source.ts';

/** Reads of a file that mostly go forward, as few large ones. What is returned may be a view on bytes that later reads share. */
export function readAhead(source: FileSource, blockBytes: number, end = source.sizeBytes): FileSource['read'] {
  let held: Uint8Array = new Uint8Array(0);
  let heldFrom = 0;
  return async (offset, length) => {
    if (offset < heldFrom || offset + length > heldFrom + held.length) {
      held = await source.read(offset, Math.max(length, Math.min(blockBytes, end - offset)));
      heldFrom = offset;
    }
    return held.subarray(offset - heldFrom, offset - heldFrom + length);
  };
}
