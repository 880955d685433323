import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FOLDERS, IMPORT_TABLE } from '../../scripts/import-table.ts';
import { findCircles } from '../../scripts/measure/find-circles.ts';
import { folderEdges } from '../../scripts/measure/folder-edges.ts';

const root = join(import.meta.dirname, '../..');
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'"]*?from\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|\bimport\('([^']+)'\)/g;

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const importsOf = (folder: string): Import[] =>
  globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].map((match) => ({
      file,
      specifier: match[1] ?? match[2] ?? match[3] ?? '',
    })),
  );

const targetOf = ({ file, specifier }: Import): string => relative(root, join(root, dirname(file), specifier));

/** The most specific folder of the table that holds the imported file. */
function folderOf(found: Import): string | undefined {
  const target = targetOf(found);
  return FOLDERS.filter((folder) => target.startsWith(`${folder}/`)).toSorted((a, b) => b.length - a.length)[0];
}

function isAllowedPackage(specifier: string, allowed: readonly string[]): boolean {
  return allowed.some((name) =>
    name.endsWith('*')
      ? specifier.startsWith(name.slice(0, -1))
      : specifier === name || specifier.startsWith(`${name}/`),
  );
}

describe.each(Object.entries(IMPORT_TABLE))('%s', (folder, rule) => {
  const imports = importsOf(folder);

  it('holds source files', () => {
    expect(globSync(`${folder}/**/*.ts`, { cwd: root }).length).toBeGreaterThan(0);
  });

  it('imports only the folders the table allows', () => {
    const strangers = imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .filter((found) => {
        const target = folderOf(found);
        return target !== folder && (target === undefined || !rule.folders.includes(target));
      });
    expect(strangers).toEqual([]);
  });

  it('imports only the packages the table allows', () => {
    const strangers = imports
      .filter(({ specifier }) => !specifier.startsWith('.'))
      .filter(({ specifier }) => !isAllowedPackage(specifier, rule.packages));
    expect(strangers).toEqual([]);
  });
});

// The linter's `no-cycle` sees files and values; this one types and folders, too.
describe('who imports is never imported in return, however long the way', () => {
  const found = FOLDERS.flatMap(importsOf).filter(({ specifier }) => specifier.startsWith('.'));
  const files = [...Map.groupBy(found, ({ file }) => file)].map(([path, imports]) => ({
    path,
    imports: imports.map(targetOf),
  }));

  it('among files', () => {
    expect(findCircles(new Map(files.map(({ path, imports }) => [path, new Set(imports)])))).toEqual([]);
  });

  it('among folders, the inner ones too', () => {
    expect(findCircles(folderEdges(files))).toEqual([]);
  });
});
