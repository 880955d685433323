import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as engine from '../../../../src/engine/index.ts';
import { trainSpiral } from '../../../../examples/spiral/train-spiral.ts';
import { createTestRuntime } from '../../../support/runtime.ts';

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

describe('the example of docs/engine.md', () => {
  it('learns what no line can tell apart', async () => {
    const { losses, accuracy } = await trainSpiral(createTestRuntime());
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses.at(-1)).toBeLessThan(0.02);
    expect(accuracy).toBeGreaterThan(0.95);
  });

  it('says of every exported function what it is for', () => {
    const page = read('docs/engine.md');
    expect(Object.keys(engine).filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  });

  it('is the file that is tested', () => {
    expect(read('docs/engine.md')).toContain(read('examples/spiral/train-spiral.ts').trim());
  });
});
