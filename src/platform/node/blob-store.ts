import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobCondition, BlobContent, BlobStore, ByteRange, StoredBlob } from '../../services/ports.ts';
import { assertWithin } from '../neutral/assert-within.ts';
import { assertVersion, blobChanged } from '../neutral/blob-changed.ts';
import { parseBlobKey } from '../neutral/blob-key.ts';
import { createBlobParts } from '../neutral/blob-parts.ts';
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

  const store: Omit<BlobStore, 'parts' | 'direct'> = {
    async put(key, body, { maxBytes, ifAbsent = false }) {
      const path = pathOf(key);
      const partialPath = join(partial, `${process.pid}-${PROCESS_TOKEN}-${randomUUID()}`);
      try {
        const stored = await write(partialPath, body, maxBytes);
        await mkdir(dirname(path), { recursive: true });
        if (ifAbsent) await moveIfAbsent(partialPath, path, key);
        else await rename(partialPath, path);
        return stored;
      } catch (error) {
        await rm(partialPath, { force: true });
        throw error;
      }
    },
    get: (key, condition) => read(key, pathOf(key), condition),
    read: (key, range, condition) => readRange({ key, path: pathOf(key), range, condition }),
    delete: (key) => rm(pathOf(key), { force: true }),
    list: (options) => listBlobFiles(root, options),
  };
  return { ...store, parts: createBlobParts(store), direct: null };
}

/** A rename replaces what is there; a second name for the same file is refused. */
async function moveIfAbsent(from: string, to: string, key: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw blobChanged(key);
    throw error;
  }
  await rm(from, { force: true });
}

/** A file that is renamed into place is another one, with a time of its own. */
const versionOf = ({ ino, mtimeNs, size }: BigIntStats): string =>
  [ino, mtimeNs, size].map((part) => part.toString(36)).join('-');

async function write(path: string, body: ReadableStream<Uint8Array>, maxBytes: number): Promise<StoredBlob> {
  const measure = createMeasure(maxBytes);
  await using file = await open(path, 'wx');
  for await (const chunk of body) {
    measure.add(chunk);
    await writeAll(file, chunk);
  }
  await file.sync();
  return { ...measure.finish(), version: versionOf(await file.stat({ bigint: true })) };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, offset);
    offset += bytesWritten;
  }
}

async function read(key: string, path: string, condition: BlobCondition = {}): Promise<BlobContent | null> {
  const file = await openIfThere(path);
  if (!file) return null;
  const { size, version } = await describe(file);
  try {
    assertVersion(key, version, condition.ifVersion);
  } catch (error) {
    await file.close();
    throw error;
  }
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
  return { sizeBytes: size, version, body };
}

async function describe(file: FileHandle): Promise<{ readonly size: number; readonly version: string }> {
  const stats = await file.stat({ bigint: true });
  return { size: Number(stats.size), version: versionOf(stats) };
}

interface RangeRead {
  readonly key: string;
  readonly path: string;
  readonly range: ByteRange;
  readonly condition: BlobCondition | undefined;
}

async function readRange({ key, path, range, condition }: RangeRead): Promise<Uint8Array | null> {
  await using file = await openIfThere(path);
  if (!file) return null;
  const { size, version } = await describe(file);
  assertVersion(key, version, condition?.ifVersion);
  assertWithin(range, size);
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
