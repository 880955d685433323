import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

export interface FileLockOptions {
  readonly signal: AbortSignal;
  /** Called once when another process holds the lock. */
  readonly onWait?: (holder: { readonly pid: number; readonly host: string }) => void;
  readonly heartbeatMs?: number;
  /** A lock whose holder has not been heard of for this long is taken over. */
  readonly staleAfterMs?: number;
  readonly pollMs?: number;
}

const lockContent = z.object({ token: z.string(), pid: z.number(), host: z.string() });
type LockContent = z.infer<typeof lockContent>;

/**
 * Waits for a lock file and holds it until disposed. The file carries the holder's process id and is touched while
 * it is held, so the lock of a process that died is taken over at once on the same machine, elsewhere after `staleAfterMs`.
 */
export async function acquireFileLock(path: string, options: FileLockOptions): Promise<AsyncDisposable> {
  const { signal, heartbeatMs = 2_000, staleAfterMs = 30_000, pollMs = 200 } = options;
  const own: LockContent = { token: randomUUID(), pid: process.pid, host: hostname() };
  await mkdir(dirname(path), { recursive: true });
  let hasWaited = false;
  while (!(await tryCreate(path, own))) {
    const holder = await readLock(path, staleAfterMs);
    if (holder === 'gone') continue;
    if (holder.isStale) {
      await removeStale(path, holder.content);
      continue;
    }
    if (!hasWaited && holder.content !== null) options.onWait?.(holder.content);
    hasWaited = true;
    await delay(pollMs, undefined, { signal });
  }
  return hold(path, own, heartbeatMs);
}

function hold(path: string, own: LockContent, heartbeatMs: number): AsyncDisposable {
  const beat = (): void => {
    const now = new Date();
    // A failed touch is not the holder's problem: at worst another process works on the same verified files.
    void utimes(path, now, now).catch(() => undefined);
  };
  const timer = setInterval(beat, heartbeatMs);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      const content = await readContent(path);
      if (content?.token === own.token) await rm(path, { force: true });
    },
  };
}

async function tryCreate(path: string, own: LockContent): Promise<boolean> {
  try {
    await using handle = await open(path, 'wx');
    await handle.writeFile(JSON.stringify(own));
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

interface Holder {
  /** Null while the holder is still writing its content. */
  readonly content: LockContent | null;
  readonly isStale: boolean;
}

async function readLock(path: string, staleAfterMs: number): Promise<Holder | 'gone'> {
  const found = await stat(path).catch(() => null);
  if (found === null) return 'gone';
  const content = await readContent(path);
  const isSilent = Date.now() - found.mtimeMs > staleAfterMs;
  const isDead = content !== null && content.host === hostname() && !isAlive(content.pid);
  return { content, isStale: isSilent || isDead };
}

/** Two processes may find the same stale lock: the file is moved aside first, and put back if it was a new one. */
async function removeStale(path: string, stale: LockContent | null): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = await readContent(aside);
  if (moved?.token === stale?.token) await rm(aside, { force: true });
  else await rename(aside, path);
}

async function readContent(path: string): Promise<LockContent | null> {
  try {
    return lockContent.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
