import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareSpec } from '../../../gpu-worker/src/backbones/prepare-spec.ts';
import { createDescribeGraph } from '../../../gpu-worker/src/graph/describe-graph.ts';
import type { ResidentBackbone, ResidentBackbones } from '../../../gpu-worker/src/resident/resident-backbones.ts';
import { ModelGraph } from '../../../src/contract/index.ts';
import { createRandomAdapter } from '../../support/random-adapter.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { tinyFiles, tinySpec } from '../../support/tiny-backbone.ts';

test("describes a model from the prepared backbone's graph and the adapter, which is let go again", async () => {
  await using folder = await createTemporaryFolder();
  const source = join(folder.path, 'source');
  await mkdir(source);
  for (const [name, bytes] of Object.entries(tinyFiles)) await writeFile(join(source, name), bytes);
  const graph = await prepareSpec(tinySpec, { cacheDir: folder.path, sourceFolder: source });
  // As much of the two as describing reads.
  const backbones = {
    find: () => ({ graph, modality: 'text' }) as unknown as ResidentBackbone,
  } as unknown as ResidentBackbones;
  let isHeld = false;
  const adapter = createRandomAdapter({ method: 'levi', width: 8 });
  const adapters = {
    hold: async () => {
      isHeld = true;
      return { adapters: [{ name: 'label', adapter }] as const, [Symbol.dispose]: () => void (isHeld = false) };
    },
  };
  const describe = createDescribeGraph({ backbones, adapters });
  const bare = await describe({ backbone: 'tiny-bert', model: 'tiny-bert', adapter: null });
  expect(bare.blocks.map(({ id }) => id)).toEqual(['input', 'layer.0', 'layer.1', 'layer.2', 'pooling']);
  expect(isHeld).toBe(false);
  const whole = ModelGraph.parse(
    await describe({ backbone: 'tiny-bert', model: 'ft:tiny', adapter: { sha256: 'a', bytes: 1 } }),
  );
  expect(whole.blocks.slice(5).map(({ id }) => id)).toEqual([
    'record',
    'standardise',
    'levi.task',
    'levi',
    'ensemble',
    'answer',
  ]);
  expect(isHeld).toBe(false);
});
