import { open, readFile, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { decodeEntry, encodeEntry, ENTRY_BYTES } from './index-entry.ts';
import type { IndexEntry } from './index-entry.ts';

export const DATA_SUFFIX = '.features';
export const INDEX_SUFFIX = '.index';

/** An entry with its place in the index file. */
export interface PlacedEntry extends IndexEntry {
  readonly position: number;
}

export interface Appended {
  readonly id: string;
  readonly project: string;
  readonly halfs: Uint16Array;
}

/**
 * A file of features and a file that says what lies where. Features are written before their entry, so that a process that is killed
 * in between leaves bytes that nothing names. Nothing is ever appended to a file of an earlier process.
 */
export class Segment {
  readonly path: string;
  #data: FileHandle;
  #index: FileHandle;
  #dataBytes: number;
  #indexBytes: number;

  private constructor(path: string, files: readonly [FileHandle, FileHandle], sizes: readonly [number, number]) {
    this.path = path;
    [this.#data, this.#index] = files;
    [this.#dataBytes, this.#indexBytes] = sizes;
  }

  static async create(path: string): Promise<Segment> {
    const files = [await open(path + DATA_SUFFIX, 'wx+'), await open(path + INDEX_SUFFIX, 'wx+')] as const;
    return new Segment(path, files, [0, 0]);
  }

  /** What a segment of an earlier process holds whole; torn and damaged entries are left out. */
  static async reopen(path: string): Promise<{ segment: Segment; entries: PlacedEntry[] }> {
    const files = [await open(path + DATA_SUFFIX, 'r+'), await open(path + INDEX_SUFFIX, 'r+')] as const;
    const { size } = await files[0].stat();
    const bytes = await readFile(path + INDEX_SUFFIX);
    const entries: PlacedEntry[] = [];
    for (let position = 0; position + ENTRY_BYTES <= bytes.length; position += ENTRY_BYTES) {
      const entry = decodeEntry(bytes.subarray(position, position + ENTRY_BYTES));
      if (entry && entry.offset + entry.length <= size) entries.push({ ...entry, position });
    }
    return { segment: new Segment(path, files, [size, bytes.length]), entries };
  }

  get sizeBytes(): number {
    return this.#dataBytes + this.#indexBytes;
  }

  async append(rows: readonly Appended[]): Promise<PlacedEntry[]> {
    let offset = this.#dataBytes;
    let position = this.#indexBytes;
    const chunks: Uint8Array[] = [];
    const placed = rows.map(({ id, project, halfs }): PlacedEntry => {
      const bytes = new Uint8Array(halfs.buffer, halfs.byteOffset, halfs.byteLength);
      const entry = { id, project, offset, length: bytes.length, checksum: crc32(bytes), position };
      chunks.push(bytes);
      offset += bytes.length;
      position += ENTRY_BYTES;
      return entry;
    });
    const data = Buffer.concat(chunks);
    const index = Buffer.concat(placed.map(encodeEntry));
    await this.#data.write(data, 0, data.length, this.#dataBytes);
    this.#dataBytes = offset;
    await this.#index.write(index, 0, index.length, this.#indexBytes);
    this.#indexBytes = position;
    return placed;
  }

  /** Null where the bytes are not those that were written. */
  async read({ offset, length, checksum }: IndexEntry): Promise<Uint16Array | null> {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await this.#data.read(bytes, 0, length, offset);
    if (bytesRead !== length || crc32(bytes) !== checksum || length % 2 !== 0) return null;
    return new Uint16Array(bytes.buffer);
  }

  /** Writes zeros over the entries and what they name. */
  async erase(entries: readonly PlacedEntry[]): Promise<void> {
    for (const { offset, length, position } of entries) {
      await this.#index.write(Buffer.alloc(ENTRY_BYTES), 0, ENTRY_BYTES, position);
      await this.#data.write(Buffer.alloc(length), 0, length, offset);
    }
    await this.#data.datasync();
    await this.#index.datasync();
  }

  async close(): Promise<void> {
    await this.#data.close();
    await this.#index.close();
  }

  async delete(): Promise<void> {
    await this.close();
    await rm(this.path + INDEX_SUFFIX, { force: true });
    await rm(this.path + DATA_SUFFIX, { force: true });
  }
}
