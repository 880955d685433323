import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { acquireFileLock } from '../../../gpu-worker/src/backbones/fetch/file-lock.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const options = { signal: new AbortController().signal, pollMs: 1 };
// Above the largest process id Linux gives out.
const deadPid = 2 ** 30;

describe('the file lock', () => {
  it('lets one holder in at a time', async () => {
    await using folder = await createTemporaryFolder();
    const path = join(folder.path, 'lock');
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      await using _lock = await acquireFileLock(path, options);
      inside += 1;
      most = Math.max(most, inside);
      await nextTurn();
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect(most).toBe(1);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('says once who holds it', async () => {
    await using folder = await createTemporaryFolder();
    const path = join(folder.path, 'lock');
    const first = await acquireFileLock(path, options);
    const holders: unknown[] = [];
    const onWait = (holder: unknown): void => {
      holders.push(holder);
      void first[Symbol.asyncDispose]();
    };
    await using _second = await acquireFileLock(path, { ...options, onWait });
    expect(holders).toMatchObject([{ pid: process.pid, host: hostname() }]);
  });

  it('takes over at once from a process that died', async () => {
    await using folder = await createTemporaryFolder();
    const path = join(folder.path, 'lock');
    await writeFile(path, JSON.stringify({ token: 'theirs', pid: deadPid, host: hostname() }));
    await using _lock = await acquireFileLock(path, options);
    expect(await readdir(folder.path)).toEqual(['lock']);
  });

  it('takes over from another machine only after its silence', async () => {
    await using folder = await createTemporaryFolder();
    const path = join(folder.path, 'lock');
    await writeFile(path, JSON.stringify({ token: 'theirs', pid: 1, host: 'elsewhere' }));
    const waiting = acquireFileLock(path, { ...options, signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toThrow();
    await utimes(path, new Date(0), new Date(0));
    await using _lock = await acquireFileLock(path, options);
  });

  it('takes over a file its holder never finished writing', async () => {
    await using folder = await createTemporaryFolder();
    const path = join(folder.path, 'lock');
    await writeFile(path, '');
    await utimes(path, new Date(0), new Date(0));
    await using _lock = await acquireFileLock(path, options);
  });

  it('shows that its holder is alive', async () => {
    await using folder = await createTemporaryFolder();
    const path = join(folder.path, 'lock');
    await using _lock = await acquireFileLock(path, { ...options, heartbeatMs: 5 });
    await utimes(path, new Date(0), new Date(0));
    await expect.poll(async () => (await stat(path)).mtimeMs, { interval: 5 }).toBeGreaterThan(0);
  });
});
