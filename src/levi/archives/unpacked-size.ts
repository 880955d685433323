import { LIMITS } from '../../contract/limits.ts';
import { ArchiveError } from './archive-error.ts';

/** Pictures hardly shrink, tables tenfold: what grows more than this, beyond the size below, was made to. */
const MAX_RATIO = 200;
const ALWAYS_ALLOWED_BYTES = 64 * 1024 * 1024;

/** Throws ArchiveError for what unpacks to more than `LIMITS.unpackedBytes`, or to far more than its own size. */
export function assertBounded(unpackedBytes: number, packedBytes: number): void {
  if (unpackedBytes > LIMITS.unpackedBytes)
    throw new ArchiveError(`unpacks to more than ${LIMITS.unpackedBytes / 1024 ** 3} GB. Train on a part of it`);
  if (unpackedBytes > ALWAYS_ALLOWED_BYTES && unpackedBytes > MAX_RATIO * packedBytes)
    throw new ArchiveError(`unpacks to more than ${MAX_RATIO} times its size, as no data does`);
}
