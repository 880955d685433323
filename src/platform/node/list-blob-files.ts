import { readdir, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import type { BlobPage, ListBlobs, ListedBlob } from '../../services/ports.ts';
import { parseBlobKey } from '../neutral/blob-key.ts';

/** A page of the files under a folder of the blob store, folder by folder, each in the order of its names. */
export async function listBlobFiles(root: string, { folder, after, limit }: ListBlobs): Promise<BlobPage> {
  const start = parseBlobKey(folder);
  const passed = after === undefined ? [] : parseBlobKey(after).slice(start.length);
  const blobs: ListedBlob[] = [];
  for await (const key of walk(root, start, passed)) {
    if (blobs.length === limit) return { blobs, hasMore: true };
    const writtenMs = await writtenMsOf(join(root, key));
    if (writtenMs !== null) blobs.push({ key, writtenMs });
  }
  return { blobs, hasMore: false };
}

/** @param passed the segments, below this folder, of the last key that was given out */
async function* walk(root: string, segments: readonly string[], passed: readonly string[]): AsyncGenerator<string> {
  const [passedName, ...passedBelow] = passed;
  for (const entry of await entriesOf(join(root, ...segments))) {
    if (passedName !== undefined && entry.name < passedName) continue;
    const path = [...segments, entry.name];
    if (entry.isDirectory()) yield* walk(root, path, entry.name === passedName ? passedBelow : []);
    else if (entry.name !== passedName) yield path.join('/');
  }
}

/** By name; none when the folder is not there. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(nullIfMissing);
  return (entries ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** null when it was deleted meanwhile. */
async function writtenMsOf(path: string): Promise<number | null> {
  const stats = await stat(path).catch(nullIfMissing);
  return stats && stats.mtimeMs;
}

function nullIfMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
