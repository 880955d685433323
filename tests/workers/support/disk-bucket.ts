import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** A bucket whose bytes lie on disk, so that what a process holds in memory is the blob store's own. As much of R2 as an upload in parts uses. */
export async function openDiskBucket(): Promise<{ readonly bucket: R2Bucket } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'levigate-bucket-'));
  const pathOf = (key: string) => join(folder, encodeURIComponent(key));
  const describe = async (key: string) => {
    const found = await stat(pathOf(key)).catch(() => null);
    return found && { key, size: found.size, etag: `${found.ino}-${found.mtimeMs}`, uploaded: found.mtime };
  };
  const bucket = {
    head: describe,
    async put(key: string, bytes: Uint8Array) {
      await writeFile(pathOf(key), bytes);
      return describe(key);
    },
    async get(key: string) {
      const object = await describe(key);
      return object && { ...object, body: Readable.toWeb(createReadStream(pathOf(key))) };
    },
    async createMultipartUpload(key: string) {
      const partial = `${pathOf(key)}.partial`;
      await writeFile(partial, '');
      return {
        async uploadPart(partNumber: number, bytes: Uint8Array) {
          await appendFile(partial, bytes);
          return { partNumber, etag: String(partNumber) };
        },
        async complete() {
          await rename(partial, pathOf(key));
          return describe(key);
        },
        abort: () => rm(partial, { force: true }),
      };
    },
  };
  return {
    // The rest of R2's type is not asked for.
    bucket: bucket as unknown as R2Bucket,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
