import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Compiling the code takes longer than running it does until the first answer: what an earlier start compiled is read instead, here and in
// the device processes, which inherit the variable. A folder that cannot be written changes nothing.
enableCompileCache(join(process.env['LEVIGATE_CACHE'] || join(homedir(), '.cache', 'levigate'), 'code'));
const folder = getCompileCacheDir();
if (folder !== undefined) process.env['NODE_COMPILE_CACHE'] ??= folder;
await import('./start.ts');
