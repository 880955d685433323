import { crc32 } from 'node:zlib';
import { ID_BYTES, PROJECT_BYTES } from '../feature-key.ts';

/** Where a segment holds an input's features. */
export interface IndexEntry {
  /** Hexadecimal. */
  readonly id: string;
  readonly project: string;
  readonly offset: number;
  readonly length: number;
  /** Of the features' bytes. */
  readonly checksum: number;
}

// id, project, offset, length, checksum of the features, checksum of the entry itself; numbers are little-endian.
const OFFSET_AT = ID_BYTES + PROJECT_BYTES;
const CHECKED_BYTES = OFFSET_AT + 12;
export const ENTRY_BYTES = CHECKED_BYTES + 4;

export function encodeEntry({ id, project, offset, length, checksum }: IndexEntry): Buffer {
  const bytes = Buffer.alloc(ENTRY_BYTES);
  bytes.write(id, 0, 'hex');
  bytes.write(project, ID_BYTES, 'hex');
  bytes.writeUInt32LE(offset, OFFSET_AT);
  bytes.writeUInt32LE(length, OFFSET_AT + 4);
  bytes.writeUInt32LE(checksum, OFFSET_AT + 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
  return bytes;
}

/** Null for bytes that are not a whole entry: cut short, never written, erased or damaged. */
export function decodeEntry(bytes: Buffer): IndexEntry | null {
  if (bytes.length < ENTRY_BYTES) return null;
  if (crc32(bytes.subarray(0, CHECKED_BYTES)) !== bytes.readUInt32LE(CHECKED_BYTES)) return null;
  return {
    id: bytes.toString('hex', 0, ID_BYTES),
    project: bytes.toString('hex', ID_BYTES, OFFSET_AT),
    offset: bytes.readUInt32LE(OFFSET_AT),
    length: bytes.readUInt32LE(OFFSET_AT + 4),
    checksum: bytes.readUInt32LE(OFFSET_AT + 8),
  };
}
