import type { FileSource } from '../sources/file-source.ts';
import { readAhead } from '../sources/read-ahead.ts';
import { ArchiveError } from './archive-error.ts';
import type { Archive, ArchiveEntry } from './archive.ts';
import { crc32 } from './crc32.ts';
import { inflate } from './inflate.ts';
import { assertBounded } from './unpacked-size.ts';
import { readDirectory } from './zip-directory.ts';
import type { ZipEntry } from './zip-directory.ts';

const READ_AHEAD_BYTES = 4 * 1024 * 1024;
const LOCAL_HEADER_BYTES = 30;
const LOCAL_SIGNATURE = 0x04034b50;

/**
 * A zip archive, read through its directory. Its own reader: libraries hold several KB for each of up to 100,000 entries, and a Worker has
 * 128 MB. In the order in which the entries stand in the file.
 */
export function openZip(source: FileSource): Archive {
  let directory: readonly ZipEntry[] | undefined;
  return {
    async *entries() {
      directory ??= await readDirectory(source);
      assertBounded(
        directory.reduce((sum, entry) => sum + entry.sizeBytes, 0),
        source.sizeBytes,
      );
      const read = readAhead(source, READ_AHEAD_BYTES);
      for (const entry of directory) yield toEntry(entry, source, read);
    },
  };
}

function toEntry(entry: ZipEntry, source: FileSource, read: FileSource['read']): ArchiveEntry {
  const { path, sizeBytes } = entry;
  return {
    path,
    sizeBytes,
    read: async () => {
      const bytes = await unpack(entry, source, read);
      if (crc32(bytes) !== entry.crc32) throw damaged(path);
      return bytes;
    },
  };
}

async function unpack(entry: ZipEntry, source: FileSource, read: FileSource['read']): Promise<Uint8Array> {
  const { path, offset, compressedBytes, sizeBytes, method } = entry;
  if (offset + LOCAL_HEADER_BYTES > source.sizeBytes) throw damaged(path);
  const header = await read(offset, LOCAL_HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const start = offset + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE || start + compressedBytes > source.sizeBytes) throw damaged(path);
  const packed = await read(start, compressedBytes);
  const bytes = method === 'stored' ? packed : await inflate(packed, { sizeBytes, path });
  if (bytes.length !== sizeBytes) throw damaged(path);
  return bytes;
}

const damaged = (path: string): ArchiveError => new ArchiveError('is damaged. Pack the folder anew', { entry: path });
