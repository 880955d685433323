import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openFeatureDisk } from '../../../../gpu-worker/src/features/disk/feature-disk.ts';
import type { FeatureDisk } from '../../../../gpu-worker/src/features/disk/feature-disk.ts';
import { ENTRY_BYTES } from '../../../../gpu-worker/src/features/disk/index-entry.ts';
import { createFeatureCache } from '../../../../gpu-worker/src/features/feature-cache.ts';
import { featureKey, projectOf } from '../../../../gpu-worker/src/features/feature-key.ts';

const folders: string[] = [];
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'levigate-features-'));
  folders.push(folder);
  return folder;
}
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const MAX_BYTES = 10_000_000;
const keyOf = (id: number, cacheSalt = 'salt') =>
  featureKey({ cacheSalt, backboneFingerprint: 'f', maxLength: 256, content: Int32Array.of(id) });
/** Numbers that tell which input they are of. */
const rowOf = (id: number, length = 64): Uint16Array =>
  Uint16Array.from({ length }, (_, index) => (id * 31 + index) % 65_536);

/** Opens, writes rows, waits until they are on disk, and closes. */
async function writeRows(folder: string, ids: readonly number[], salt?: string): Promise<void> {
  await using disk = await openFeatureDisk({ folder, maxBytes: MAX_BYTES });
  for (const id of ids) disk.write(keyOf(id, salt), rowOf(id));
}

const readIds = async (disk: FeatureDisk, ids: readonly number[], salt?: string): Promise<(number | null)[]> =>
  await Promise.all(
    ids.map(async (id) => {
      const halfs = await disk.read(keyOf(id, salt));
      if (halfs) expect(halfs).toEqual(rowOf(id, halfs.length));
      return halfs ? id : null;
    }),
  );

const filesOf = async (folder: string, suffix: string): Promise<string[]> =>
  (await readdir(folder))
    .filter((name) => name.endsWith(suffix))
    .map((name) => join(folder, name))
    .sort();

describe('features on disk', () => {
  test('are there for the next process', async () => {
    const folder = await newFolder();
    await writeRows(folder, [1, 2, 3]);
    await using disk = await openFeatureDisk({ folder, maxBytes: MAX_BYTES });
    expect(await readIds(disk, [1, 2, 3, 4])).toEqual([1, 2, 3, null]);
  });

  test("are not another project's", async () => {
    const folder = await newFolder();
    await writeRows(folder, [1], 'project-a');
    await using disk = await openFeatureDisk({ folder, maxBytes: MAX_BYTES });
    expect(await readIds(disk, [1], 'project-b')).toEqual([null]);
    expect(await disk.read({ ...keyOf(1, 'project-a'), project: projectOf('project-b') })).toBeUndefined();
  });

  test('never take more than their bytes, and the oldest go first', async () => {
    const folder = await newFolder();
    await using disk = await openFeatureDisk({ folder, maxBytes: 20_000, segmentBytes: 2_000 });
    for (let id = 0; id < 400; id++) {
      disk.write(keyOf(id), rowOf(id));
      if (id % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await vi.waitUntil(async () => (await disk.read(keyOf(399))) !== undefined);
    expect(disk.sizeBytes).toBeLessThanOrEqual(20_000);
    const names = await readdir(folder);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(20_000 + 2_000);
    expect(await readIds(disk, [0, 1])).toEqual([null, null]);
  });

  test('of a project are erased from the files by a purge, and no others', async () => {
    const folder = await newFolder();
    await writeRows(folder, [1, 2], 'project-a');
    await writeRows(folder, [3], 'project-b');
    {
      await using disk = await openFeatureDisk({ folder, maxBytes: MAX_BYTES });
      disk.write(keyOf(4, 'project-a'), rowOf(4));
      expect(await disk.purge(projectOf('project-a'))).toHaveLength(3);
      expect(await readIds(disk, [1, 2, 4], 'project-a')).toEqual([null, null, null]);
    }
    for (const path of await filesOf(folder, '.features')) {
      const bytes = await readFile(path);
      for (const id of [1, 2, 4]) expect(bytes.includes(Buffer.from(rowOf(id).buffer))).toBe(false);
    }
    await using disk = await openFeatureDisk({ folder, maxBytes: MAX_BYTES });
    expect(await readIds(disk, [1, 2], 'project-a')).toEqual([null, null]);
    expect(await readIds(disk, [3], 'project-b')).toEqual([3]);
  });

  test('a damaged row is a miss; the others stay', async () => {
    const folder = await newFolder();
    await writeRows(folder, [1, 2, 3]);
    const [path = ''] = await filesOf(folder, '.features');
    await using file = await open(path, 'r+');
    await file.write(Buffer.of(255), 0, 1, 130);
    await using disk = await openFeatureDisk({ folder, maxBytes: MAX_BYTES });
    expect(await readIds(disk, [1, 2, 3])).toEqual([1, null, 3]);
  });

  test('whatever the length at which the files are cut, what is read is what was written', async () => {
    const folder = await newFolder();
    const ids = Array.from({ length: 12 }, (_, index) => index);
    await writeRows(folder, ids);
    const [dataPath = ''] = await filesOf(folder, '.features');
    const [indexPath = ''] = await filesOf(folder, '.index');
    const whole = { data: await readFile(dataPath), index: await readFile(indexPath) };
    const cuts = fc.record({
      data: fc.integer({ min: 0, max: whole.data.length }),
      index: fc.integer({ min: 0, max: whole.index.length }),
      noise: fc.uint8Array({ maxLength: 3 * ENTRY_BYTES }),
    });
    await fc.assert(
      fc.asyncProperty(cuts, async ({ data, index, noise }) => {
        await writeFile(dataPath, whole.data.subarray(0, data));
        await writeFile(indexPath, Buffer.concat([whole.index.subarray(0, index), noise]));
        await using disk = await openFeatureDisk({ folder, maxBytes: MAX_BYTES });
        const rows = Math.min(Math.floor(data / 128), Math.floor(index / ENTRY_BYTES));
        expect(await readIds(disk, ids)).toEqual(ids.map((id) => (id < rows ? id : null)));
      }),
      { numRuns: 60 },
    );
  });

  test('a process killed while it writes leaves rows that are whole or not there', async () => {
    const folder = await newFolder();
    const script = join(import.meta.dirname, '../support/write-features.ts');
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [script, folder, String(round * 100_000)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let written = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        written += chunk.length;
        if (written > 3 + round) child.kill('SIGKILL');
      });
      expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    }
    await using disk = await openFeatureDisk({ folder, maxBytes: 1_000_000_000 });
    const ids = [0, 1, 2].flatMap((round) => Array.from({ length: 500 }, (_, index) => round * 100_000 + index));
    const found = (await readIds(disk, ids)).filter((id) => id !== null);
    expect(found.length).toBeGreaterThan(100);
    disk.write(keyOf(7_000_000), rowOf(7_000_000));
    await vi.waitUntil(async () => (await disk.read(keyOf(7_000_000))) !== undefined);
  });

  test('a folder with a segment that cannot be read is served all the same', async () => {
    const folder = await newFolder();
    await writeRows(folder, [1]);
    await writeFile(join(folder, 'x.index'), 'no index');
    await writeFile(join(folder, 'x.features'), '');
    const [path = ''] = await filesOf(folder, '.index');
    await truncate(path, ENTRY_BYTES - 1);
    await using disk = await openFeatureDisk({ folder, maxBytes: MAX_BYTES });
    expect(await readIds(disk, [1])).toEqual([null]);
  });
});

describe('memory over disk', () => {
  test('what memory forgot comes from disk, the very numbers', async () => {
    await using disk = await openFeatureDisk({ folder: await newFolder(), maxBytes: MAX_BYTES });
    const cache = createFeatureCache({ maxBytes: 2_000, disk });
    const keys = Array.from({ length: 50 }, (_, id) => keyOf(id));
    for (const [id, key] of keys.entries()) cache.set(key, rowOf(id));
    expect(cache.sizeBytes).toBeLessThanOrEqual(2_000);
    await vi.waitUntil(async () => (await disk.read(keyOf(49))) !== undefined);
    expect(await cache.getAll(keys)).toEqual(keys.map((_, id) => rowOf(id)));
  });

  test('a purge counts each input once and leaves nothing', async () => {
    await using disk = await openFeatureDisk({ folder: await newFolder(), maxBytes: MAX_BYTES });
    const cache = createFeatureCache({ maxBytes: 1_000_000, disk });
    cache.set(keyOf(1, 'a'), rowOf(1));
    cache.set(keyOf(2, 'a'), rowOf(2));
    cache.set(keyOf(3, 'b'), rowOf(3));
    expect(await cache.purge(projectOf('a'))).toBe(2);
    expect(await cache.getAll([keyOf(1, 'a'), keyOf(2, 'a'), keyOf(3, 'b')])).toEqual([undefined, undefined, rowOf(3)]);
  });
});
