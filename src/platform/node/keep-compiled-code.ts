import { enableCompileCache, flushCompileCache, getCompileCacheDir } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const FLUSH_AFTER_MS = 5_000;

/**
 * Compiling the code takes longer than running it does until the first answer: what an earlier start compiled is read instead, here and in
 * the processes that this one starts, which inherit the variable. A folder that cannot be written changes nothing.
 */
export function keepCompiledCode(): void {
  enableCompileCache(join(process.env['LEVIGATE_CACHE'] || join(homedir(), '.cache', 'levigate'), 'code'));
  const folder = getCompileCacheDir();
  if (folder !== undefined) process.env['NODE_COMPILE_CACHE'] ??= folder;
  // Written at an orderly end otherwise, and a server may be killed.
  setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref();
}
