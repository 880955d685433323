import { readFile } from 'node:fs/promises';

const PAGE_BYTES = 4_096;

/** Resident bytes of a process and all below it: of a gateway, also its worker and its device. @throws Error elsewhere than on Linux */
export async function residentBytes(pid: number): Promise<number> {
  const pids = await treeOf(pid);
  const each = await Promise.all(pids.map(residentOf));
  return each.reduce((sum, bytes) => sum + bytes, 0);
}

/** A process and all below it. */
export async function treeOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch((cause: unknown) => {
    throw new Error('a process and its children are looked at in /proc, which only Linux has', { cause });
  });
  const below = await Promise.all(children.trim().split(/\s+/u).filter(Boolean).map(Number).map(treeOf));
  return [pid, ...below.flat()];
}

async function residentOf(pid: number): Promise<number> {
  const [, resident] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
  return Number(resident) * PAGE_BYTES;
}
