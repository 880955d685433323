import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FOLDERS } from '../import-table.ts';

export interface Folder {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
  /** The other folders of the table that its files import from. */
  readonly imports: readonly string[];
}

const IMPORT = /\bfrom\s*'(\.[^']+)'|\bimport\('(\.[^']+)'\)|^import\s*'(\.[^']+)'/gm;

/** The folders of the import table as they are: how large, and who imports whom. */
export function readStructure(root: string): readonly Folder[] {
  return FOLDERS.map((name) => {
    const files = globSync(`${name}/**/*.ts`, { cwd: root }).filter(
      (path) => folderOf(path) === name && !path.endsWith('.d.ts'),
    );
    const texts = files.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
    const imported = new Set(texts.flatMap(({ path, text }) => importsOf(path, text)));
    return {
      name,
      files: files.length,
      lines: texts.reduce((sum, { text }) => sum + text.trimEnd().split('\n').length, 0),
      imports: FOLDERS.filter((other) => other !== name && imported.has(other)),
    };
  });
}

function importsOf(path: string, text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, one, two, three]) => {
    const target = folderOf(join(dirname(path), one ?? two ?? three ?? ''));
    return target === undefined ? [] : [target];
  });
}

/** The most specific folder of the table that holds a file. */
function folderOf(path: string): string | undefined {
  return FOLDERS.filter((folder) => path.startsWith(`${folder}/`)).sort((one, other) => other.length - one.length)[0];
}
