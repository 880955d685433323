import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobContent, BlobStore, ByteRange, StoredBlob } from '../../services/ports.ts';
import { assertWithin } from '../neutral/assert-within.ts';
import { parseBlobKey } from '../neutral/blob-key.ts';
import { createMeasure } from '../neutral/measure.ts';
import { listBlobFiles } from './list-blob-files.ts';

const READ_BYTES = 256 * 1024;

/**
 * Blobs as files under `root`: written beside, synced, then renamed into place, so that a reader sees
 * a whole blob or none, whatever kills the process. Opening removes what dead writers left.
 */
export async function openNodeBlobStore(root: string): Promise<BlobStore> {
  const partial = join(root, '.partial');
  const pathOf = (key: string) => join(root, ...parseBlobKey(key));
  await mkdir(partial, { recursive: true });
  await removeLeftovers(partial);

  return {
    async put(key, body, { maxBytes }) {
      const path = pathOf(key);
      const partialPath = join(partial, `${process.pid}-${PROCESS_TOKEN}-${randomUUID()}`);
      try {
        const stored = await write(partialPath, body, maxBytes);
        await mkdir(dirname(path), { recursive: true });
        await rename(partialPath, path);
        return stored;
      } catch (error) {
        await rm(partialPath, { force: true });
        throw error;
      }
    },
    get: (key) => read(pathOf(key)),
    read: (key, range) => readRange(pathOf(key), range),
    delete: (key) => rm(pathOf(key), { force: true }),
    list: (options) => listBlobFiles(root, options),
  };
}

async function write(path: string, body: ReadableStream<Uint8Array>, maxBytes: number): Promise<StoredBlob> {
  const measure = createMeasure(maxBytes);
  await using file = await open(path, 'wx');
  for await (const chunk of body) {
    measure.add(chunk);
    await writeAll(file, chunk);
  }
  await file.sync();
  return measure.finish();
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, offset);
    offset += bytesWritten;
  }
}

async function read(path: string): Promise<BlobContent | null> {
  const file = await openIfThere(path);
  if (!file) return null;
  const { size } = await file.stat();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { bytesRead, buffer } = await file.read(new Uint8Array(READ_BYTES), 0, READ_BYTES);
        if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
        await file.close();
        controller.close();
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
  return { sizeBytes: size, body };
}

async function readRange(path: string, range: ByteRange): Promise<Uint8Array | null> {
  await using file = await openIfThere(path);
  if (!file) return null;
  assertWithin(range, (await file.stat()).size);
  const bytes = new Uint8Array(range.length);
  for (let filled = 0; filled < bytes.length;) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, range.offset + filled);
    if (bytesRead === 0) throw new RangeError('the blob became shorter while it was read');
    filled += bytesRead;
  }
  return bytes;
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Tells this process from an earlier one with the same id, as containers have it. */
const PROCESS_TOKEN = randomUUID().slice(0, 8);

async function removeLeftovers(partial: string): Promise<void> {
  const names = await readdir(partial);
  await Promise.all(
    names.filter((name) => !hasLivingWriter(name)).map((name) => rm(join(partial, name), { force: true })),
  );
}

function hasLivingWriter(name: string): boolean {
  const [pid, token] = name.split('-');
  if (Number(pid) === process.pid) return token === PROCESS_TOKEN;
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
