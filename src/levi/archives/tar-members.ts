import { createTarDecoder } from 'modern-tar';
import type { Chunks } from '../sources/read-chunks.ts';
import { readChunks } from '../sources/read-chunks.ts';
import { ArchiveError } from './archive-error.ts';
import { pipeChunks } from './pipe-chunks.ts';

/** A file of an archive whose bytes go by once: what is not read before the next is asked for is passed over. */
export interface PassingMember {
  readonly path: string;
  readonly sizeBytes: number;
  readonly body: ReadableStream<Uint8Array>;
}

/** The files of a tar in their order. Throws ArchiveError for what is no tar, or was cut off. */
export async function* tarMembers(source: Chunks): AsyncGenerator<PassingMember, void, undefined> {
  const toError = (cause: unknown): Error => new ArchiveError('is no tar archive, or was cut off', { cause });
  for await (const { header, body } of pipeChunks(source, createTarDecoder({ strict: true }), toError)) {
    const { name, size, type = 'file' } = header;
    if (type === 'file') yield { path: name.replace(/^\.\//, ''), sizeBytes: size, body };
    if (!body.locked) await body.cancel();
  }
}

/** A member's bytes. Throws ArchiveError for more than `maxBytes`. */
export async function readMember({ path, sizeBytes, body }: PassingMember, maxBytes: number): Promise<Uint8Array> {
  if (sizeBytes > maxBytes) throw new ArchiveError(`holds more than ${maxBytes} bytes`, { entry: path });
  const bytes = new Uint8Array(sizeBytes);
  let filled = 0;
  for await (const chunk of readChunks(body)) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled === sizeBytes) return bytes;
  throw new ArchiveError('was cut off', { entry: path });
}
