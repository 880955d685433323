import { LIMITS } from '../../contract/limits.ts';
import type { FileSource } from '../sources/file-source.ts';
import { ArchiveError } from './archive-error.ts';
import { entryPath } from './entry-path.ts';

export interface ZipEntry {
  readonly path: string;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  /** Of the local header. */
  readonly offset: number;
}

// APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16.
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const END_SIGNATURE = 0x06054b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_END_BYTES = 56;
const ZIP64_END_SIGNATURE = 0x06064b50;
const HEADER_BYTES = 46;
const HEADER_SIGNATURE = 0x02014b50;
const MAX_DIRECTORY_BYTES = 32 * 1024 * 1024;
const NOT_HERE = 0xffffffff;

interface Extent {
  readonly entries: number;
  readonly offset: number;
  readonly length: number;
}

/** The regular files of a zip in the order of their offsets; folders are left out. Throws ArchiveError. */
export async function readDirectory(source: FileSource): Promise<readonly ZipEntry[]> {
  const { entries: count, offset, length } = await findDirectory(source);
  if (count > LIMITS.archiveEntries)
    throw new ArchiveError(
      `has more than ${LIMITS.archiveEntries.toLocaleString('en')} entries. Train on a part of it`,
    );
  if (offset + length > source.sizeBytes || length > MAX_DIRECTORY_BYTES) throw damaged();
  const bytes = await source.read(offset, length);
  const entries: ZipEntry[] = [];
  const paths = new Set<string>();
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const { entry, end } = readEntry(bytes, at);
    at = end;
    if (entry === null) continue;
    if (paths.has(entry.path)) throw new ArchiveError('is there twice. Pack the folder anew', { entry: entry.path });
    paths.add(entry.path);
    entries.push(entry);
  }
  entries.sort((a, b) => a.offset - b.offset);
  assertApart(entries);
  return entries;
}

/** One stretch of bytes under many names is how a small file unpacks to petabytes. */
function assertApart(entries: readonly ZipEntry[]): void {
  for (const [index, { offset, compressedBytes }] of entries.entries()) {
    const next = entries[index + 1];
    if (next && offset + compressedBytes > next.offset)
      throw new ArchiveError('shares its bytes with another entry', { entry: next.path });
  }
}

async function findDirectory(source: FileSource): Promise<Extent> {
  const length = Math.min(source.sizeBytes, END_BYTES + MAX_COMMENT_BYTES);
  const start = source.sizeBytes - length;
  const tail = await source.read(start, length);
  const view = viewOf(tail);
  for (let at = length - END_BYTES; at >= 0; at -= 1) {
    // The comment must reach to the file's end, else the signature is part of one.
    if (view.getUint32(at, true) !== END_SIGNATURE || at + END_BYTES + view.getUint16(at + 20, true) !== length)
      continue;
    const extent = {
      entries: view.getUint16(at + 10, true),
      length: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    const isZip64 = extent.entries === 0xffff || extent.length === NOT_HERE || extent.offset === NOT_HERE;
    return isZip64 ? readZip64End(source, start + at) : extent;
  }
  throw new ArchiveError('has no end, as of an upload that broke off');
}

async function readZip64End(source: FileSource, end: number): Promise<Extent> {
  if (end < ZIP64_LOCATOR_BYTES) throw damaged();
  const locator = viewOf(await source.read(end - ZIP64_LOCATOR_BYTES, ZIP64_LOCATOR_BYTES));
  const offset = Number(locator.getBigUint64(8, true));
  if (locator.getUint32(0, true) !== ZIP64_LOCATOR_SIGNATURE || offset + ZIP64_END_BYTES > end) throw damaged();
  const record = viewOf(await source.read(offset, ZIP64_END_BYTES));
  if (record.getUint32(0, true) !== ZIP64_END_SIGNATURE) throw damaged();
  return {
    entries: Number(record.getBigUint64(32, true)),
    length: Number(record.getBigUint64(40, true)),
    offset: Number(record.getBigUint64(48, true)),
  };
}

interface ReadEntry {
  /** Null for a folder. */
  readonly entry: ZipEntry | null;
  readonly end: number;
}

function readEntry(bytes: Uint8Array, at: number): ReadEntry {
  if (at + HEADER_BYTES > bytes.length) throw damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  const nameEnd = HEADER_BYTES + view.getUint16(28, true);
  const extraEnd = nameEnd + view.getUint16(30, true);
  const end = extraEnd + view.getUint16(32, true);
  if (view.getUint32(0, true) !== HEADER_SIGNATURE || end > view.byteLength) throw damaged();
  const path = entryPath(decodeName(bytes.subarray(at + HEADER_BYTES, at + nameEnd)));
  if (path.endsWith('/')) return { entry: null, end: at + end };
  assertOrdinary(view, path);
  const sizes = readSizes(view, bytes.subarray(at + nameEnd, at + extraEnd));
  const entry = { path, method: methodOf(view, path), crc32: view.getUint32(16, true), ...sizes };
  return { entry, end: at + end };
}

const ENCRYPTED = 1;
const UNIX = 3;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;

function assertOrdinary(view: DataView, path: string): void {
  if ((view.getUint16(8, true) & ENCRYPTED) !== 0)
    throw new ArchiveError('is encrypted. Pack the folder without a password', { entry: path });
  const fileType = (view.getUint32(38, true) >>> 16) & FILE_TYPE;
  if (view.getUint8(5) === UNIX && fileType !== 0 && fileType !== REGULAR)
    throw new ArchiveError('is a link or a device. Pack the files themselves', { entry: path });
}

function methodOf(view: DataView, path: string): ZipEntry['method'] {
  const method = view.getUint16(10, true);
  if (method === 0) return 'stored';
  if (method === 8) return 'deflated';
  throw new ArchiveError(`is packed by the method ${method}. Pack the folder with deflate, which is the default`, {
    entry: path,
  });
}

/** Sizes and offset; those that have no room in 32 bits stand in the extra field 1, in this order. */
function readSizes(view: DataView, extra: Uint8Array): Pick<ZipEntry, 'sizeBytes' | 'compressedBytes' | 'offset'> {
  const long = zip64Values(extra);
  const wide = (value: number): number => (value === NOT_HERE ? (long.shift() ?? Number.NaN) : value);
  const sizeBytes = wide(view.getUint32(24, true));
  const compressedBytes = wide(view.getUint32(20, true));
  const offset = wide(view.getUint32(42, true));
  if (![sizeBytes, compressedBytes, offset].every(Number.isSafeInteger)) throw damaged();
  return { sizeBytes, compressedBytes, offset };
}

function zip64Values(extra: Uint8Array): number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      const values = Math.floor(Math.min(length, extra.length - at - 4) / 8);
      return Array.from({ length: values }, (_, index) => Number(view.getBigUint64(at + 4 + 8 * index, true)));
    }
    at += 4 + length;
  }
  return [];
}

function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ArchiveError('holds a name that is not UTF-8. Pack the folder with a current program', { cause });
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const damaged = (): ArchiveError => new ArchiveError('has a damaged directory. Pack the folder anew');
