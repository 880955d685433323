import type { FileSource } from '../sources/file-source.ts';
import { readAhead } from '../sources/read-ahead.ts';
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
  const read = readAhead(source, readAheadBytes, end);
  let at = start;
  const hold = (length: number): Promise<Uint8Array> => read(at, Math.min(length, end - at));
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
