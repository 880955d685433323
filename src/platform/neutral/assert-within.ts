import type { ByteRange } from '../../services/ports.ts';

/** Throws a RangeError for a range that does not lie within a blob of that size. */
export function assertWithin({ offset, length }: ByteRange, sizeBytes: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= sizeBytes) return;
  throw new RangeError(`the blob has ${sizeBytes} bytes; ${length} from ${offset} on are not within it`);
}
