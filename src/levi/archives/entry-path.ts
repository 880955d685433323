import { ArchiveError } from './archive-error.ts';

const MAX_CHARS = 1_024;

/** The path of an entry, checked: nothing is ever written to a disk, and still no path that leads out of its archive is taken for honest. */
export function entryPath(name: string): string {
  const path = name.replace(/^(?:\.\/)+/u, '');
  const refuse = (problem: string): ArchiveError => new ArchiveError(problem, { entry: name.slice(0, 200) });
  if (path === '' || path.length > MAX_CHARS || path.includes('\0')) throw refuse('has a name that cannot be');
  if (path.startsWith('/') || /^[a-z]:/iu.test(path) || path.includes('\\'))
    throw refuse('has an absolute path, or one of Windows. Pack the folder anew, with relative paths and "/"');
  if (path.split('/').includes('..')) throw refuse('has a path that leads out of the archive. Pack the folder anew');
  return path;
}
