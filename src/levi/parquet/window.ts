import type { FileSource } from '../records/file-source.ts';
import { ParquetError } from './parquet-error.ts';

export interface Window {
  /** Bytes that are not passed yet. */
  readonly left: number;
  /** The next bytes, fewer than asked for at the end. */
  peek(length: number): Promise<Uint8Array>;
  take(length: number): Promise<Uint8Array>;
  skip(length: number): void;
}

/** Goes through a part of a file, reading some way ahead, so that many small reads become few. */
export function createWindow(
  source: FileSource,
  { start, end }: { readonly start: number; readonly end: number },
  readAheadBytes: number,
): Window {
  let at = start;
  let held = new Uint8Array(0);
  let heldFrom = start;
  const hold = async (length: number): Promise<Uint8Array> => {
    const wanted = Math.min(length, end - at);
    if (at < heldFrom || at + wanted > heldFrom + held.length) {
      held = new Uint8Array(await source.read(at, Math.min(Math.max(wanted, readAheadBytes), end - at)));
      heldFrom = at;
    }
    return held.subarray(at - heldFrom, at - heldFrom + wanted);
  };
  return {
    get left() {
      return end - at;
    },
    peek: hold,
    take: async (length) => {
      if (length > end - at) throw new ParquetError('a column is shorter than it says');
      const bytes = await hold(length);
      at += length;
      return bytes;
    },
    skip: (length) => {
      at += length;
    },
  };
}
