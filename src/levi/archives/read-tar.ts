import { createTarDecoder } from 'modern-tar';
import type { TarHeader } from 'modern-tar';
import { LIMITS } from '../../contract/limits.ts';
import { readChunks } from '../sources/read-chunks.ts';
import type { Chunks } from '../sources/read-chunks.ts';
import { ArchiveError } from './archive-error.ts';
import type { Archive, ArchiveEntry } from './archive.ts';
import { entryPath } from './entry-path.ts';
import { pipeChunks } from './pipe-chunks.ts';

/**
 * A tar archive, which is always read from its beginning.
 * @param open the unpacked bytes, anew
 */
export function openTar(open: () => Chunks): Archive {
  return {
    async *entries() {
      const paths = new Set<string>();
      let count = 0;
      for await (const { header, body } of pipeChunks(open(), createTarDecoder({ strict: true }), toError)) {
        count += 1;
        if (count > LIMITS.archiveEntries)
          throw new ArchiveError(
            `has more than ${LIMITS.archiveEntries.toLocaleString('en')} entries. Train on a part of it`,
          );
        const entry = toEntry(header, body);
        if (entry !== null) {
          if (paths.has(entry.path))
            throw new ArchiveError('is there twice. Pack the folder anew', { entry: entry.path });
          paths.add(entry.path);
          yield entry;
        }
        // What was not read is passed over; the archive goes on only then.
        if (!body.locked) await body.cancel();
      }
    },
  };
}

const toError = (cause: unknown): Error =>
  cause instanceof ArchiveError ? cause : new ArchiveError('is damaged, or was cut off', { cause });

/** @returns null for what is no file and does no harm */
function toEntry({ name, type = 'file', size }: TarHeader, body: ReadableStream<Uint8Array>): ArchiveEntry | null {
  if (type === 'directory' || type === 'pax-global-header') return null;
  const path = entryPath(name);
  if (type !== 'file') throw new ArchiveError('is a link or a device. Pack the files themselves', { entry: path });
  return { path, sizeBytes: size, read: () => readBody(body, size, path) };
}

async function readBody(body: ReadableStream<Uint8Array>, sizeBytes: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  let filled = 0;
  for await (const chunk of readChunks(body)) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled !== sizeBytes) throw new ArchiveError('was cut off. Pack the folder anew', { entry: path });
  return bytes;
}
