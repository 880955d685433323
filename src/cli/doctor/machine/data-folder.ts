import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { broken, ok } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { MachineContext } from './context.ts';

export const dataFolderOf = (env: MachineContext['env']): string => resolve(env['LEVIGATE_DATA'] || '.levigate');

/** A file can be written where database, files and adapters are kept. */
export async function checkDataFolder({ env }: MachineContext): Promise<readonly Finding[]> {
  const folder = dataFolderOf(env);
  const trial = join(folder, `.doctor-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(trial, 'x');
    await rm(trial);
    return [ok('data folder', folder)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      broken('data folder', reason, `let this user write to ${folder}, or set LEVIGATE_DATA to a folder of its own`),
    ];
  }
}
