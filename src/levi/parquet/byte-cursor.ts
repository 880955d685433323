import { ParquetError } from './parquet-error.ts';

/** Reads a page's bytes one after the other; never beyond its end. */
export class ByteCursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  offset = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.offset;
  }

  take(length: number): Uint8Array {
    // Not `length > left`, which NaN would pass.
    if (!(length >= 0 && length <= this.left)) throw new ParquetError('a page is shorter than it says');
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  takeUint32(): number {
    const value = this.left >= 4 ? this.view.getUint32(this.offset, true) : Number.NaN;
    this.take(4);
    return value;
  }
}
