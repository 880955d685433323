import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readStructure } from '../../../scripts/structure/read-structure.ts';

const root = join(import.meta.dirname, '../../..');
const REDRAW = 'run "node scripts/draw-structure.ts"';
// Sizes are for the eye: a picture is drawn anew when one of them is well off.
const SIZE_TOLERANCE = 0.2;

describe("the drawing of the structure is the code's", () => {
  const svg = readFileSync(join(root, 'docs/images/structure.svg'), 'utf8');
  const drawn = [...svg.matchAll(/data-folder="([^"]*)" data-lines="(\d+)" data-imports="([^"]*)"/g)].map(
    ([, name = '', lines, imports = '']) => ({ name, lines: Number(lines), imports }),
  );
  const folders = readStructure(root);

  test('every folder, and who imports whom; the entry points wire whatever they need', () => {
    const isNoEntry = ({ name }: { readonly name: string }): boolean => name !== 'functions';
    expect(
      drawn.filter(isNoEntry).map(({ name, imports }) => `${name}: ${imports}`),
      REDRAW,
    ).toEqual(folders.filter(isNoEntry).map(({ name, imports }) => `${name}: ${imports.join(' ')}`));
  });

  test.each(folders)('$name has about the size that is drawn', ({ name, lines }) => {
    const size = drawn.find((folder) => folder.name === name)?.lines ?? 0;
    expect(Math.abs(size - lines) / lines, REDRAW).toBeLessThan(SIZE_TOLERANCE);
  });
});

/** Made where they are needed, and kept by nobody. */
const MADE = new Set(['bench/peers/', 'bench/results/', 'bench/results/profiles']);

describe.each(['docs/architecture.md', 'CONTRIBUTING.md', 'docs/engine.md'])('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  // `src/…` and the like; <resource> and * stand for any name.
  const named = [
    ...text.matchAll(/`((?:src|gpu-worker|functions|scripts|tests|bench|docs|migrations)\/[\w./*<>-]+)`/g),
  ].map(([, path = '']) => path);

  test('names files and folders that are there', () => {
    expect(named.length).toBeGreaterThan(0);
    const missing = named.filter((path) => {
      if (MADE.has(path)) return false;
      const pattern = path.replaceAll(/<[^>]*>/g, '*');
      return pattern.includes('*') ? globSync(pattern, { cwd: root }).length === 0 : !existsSync(join(root, path));
    });
    expect(missing).toEqual([]);
  });
});
