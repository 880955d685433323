import type { Chunks } from '../sources/read-chunks.ts';
import { ArchiveError } from './archive-error.ts';
import { pipeChunks } from './pipe-chunks.ts';
import { assertBounded } from './unpacked-size.ts';

/** Unpacks gzip while it is read, bounded in all. Throws ArchiveError for damage and for bombs; what the source throws passes. */
export async function* gunzip(packed: Chunks): Chunks {
  let packedBytes = 0;
  let unpackedBytes = 0;
  const counted = async function* counted(): Chunks {
    for await (const chunk of packed) {
      packedBytes += chunk.length;
      yield chunk;
    }
  };
  const toError = (cause: unknown): Error =>
    new ArchiveError('is damaged, or was cut off: it cannot be unpacked', { cause });
  for await (const chunk of pipeChunks(counted(), new DecompressionStream('gzip'), toError)) {
    unpackedBytes += chunk.length;
    assertBounded(unpackedBytes, packedBytes);
    yield chunk;
  }
}
