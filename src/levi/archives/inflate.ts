import { ArchiveError } from './archive-error.ts';

/** Unpacks what deflate packed, and no more than it is said to hold: a bomb ends at its first byte too many. Throws ArchiveError. */
export async function inflate(
  packed: Uint8Array,
  { sizeBytes, path }: { readonly sizeBytes: number; readonly path: string },
): Promise<Uint8Array> {
  const unpacked = new Uint8Array(sizeBytes);
  let filled = 0;
  // A Blob wants bytes of an ordinary buffer, which these always are.
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
  const reader = stream.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return unpacked.subarray(0, filled);
      if (filled + value.length > sizeBytes) break;
      unpacked.set(value, filled);
      filled += value.length;
    }
  } catch (cause) {
    throw new ArchiveError('is damaged. Pack the folder anew', { entry: path, cause });
  }
  await reader.cancel().catch(() => undefined);
  throw new ArchiveError('unpacks to more than its entry says', { entry: path });
}
