import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseCatalogue } from '../../../src/contract/catalogue.ts';
import type { CatalogueEntry } from '../../../src/contract/catalogue.ts';

/** The operator's own backbones, folders made absolute; none without a file. @throws Error with one line per mistake */
export function readCatalogue(file: string | undefined): readonly CatalogueEntry[] {
  if (file === undefined) return [];
  return parseCatalogue(readFileSync(file, 'utf8'), file).map((entry) =>
    entry.folder === undefined ? entry : { ...entry, folder: resolve(dirname(file), entry.folder) },
  );
}
