import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { broken, note, ok } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { MachineContext } from './context.ts';
import { dataFolderOf } from './data-folder.ts';

const MIB = 1024 * 1024;
/** A training file of the largest size that is taken, and room for SQLite to work. */
const NEEDED_BYTES = 600 * MIB;
/** The default backbone's source and prepared files, several training files, adapters. */
const COMFORTABLE_BYTES = 2_048 * MIB;

/** Room where data and backbones are kept. */
export async function checkDiskSpace({ env }: MachineContext): Promise<readonly Finding[]> {
  const cache = env['LEVIGATE_CACHE'] || join(homedir(), '.cache', 'levigate');
  const places = [
    ['disk of the data folder', dataFolderOf(env)],
    ['disk of the backbones', cache],
  ] as const;
  return Promise.all(places.map(async ([subject, folder]) => judge(subject, folder, await freeBytes(folder))));
}

/** Of the nearest folder above that is there. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (folder === dirname(folder)) throw error;
    return freeBytes(dirname(folder));
  }
}

export function judge(subject: string, folder: string, bytes: number): Finding {
  const message = `${Math.round(bytes / MIB)} MiB free at ${folder}`;
  if (bytes < NEEDED_BYTES)
    return broken(subject, message, 'make room, or set LEVIGATE_DATA or LEVIGATE_CACHE to another disk');
  return bytes < COMFORTABLE_BYTES
    ? note(subject, message, 'a backbone and a few training files need about 2 GiB')
    : ok(subject, message);
}
