import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawStructure } from './structure/draw-structure.ts';
import { readStructure } from './structure/read-structure.ts';

/** Writes docs/images/structure.svg anew; tests/unit/scripts/structure.test.ts says when it has to be. */
const root = join(import.meta.dirname, '..');
writeFileSync(join(root, 'docs/images/structure.svg'), drawStructure(readStructure(root)));
