import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createBackboneSessions } from '../../../gpu-worker/src/device/backbone-sessions.ts';
import { createTokenStates } from '../../../gpu-worker/src/embed/token-states.ts';
import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import { prepareSpec } from '../../../gpu-worker/src/backbones/prepare-spec.ts';
import { tinyFiles, tinySpec } from '../../support/tiny-backbone.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

test("a text's token vectors have the pooled vector as their mean, padded or not", async () => {
  await using folder = await createTemporaryFolder();
  for (const [name, bytes] of Object.entries(tinyFiles)) await writeFile(join(folder.path, name), bytes);
  const prepared = await prepareSpec(tinySpec, { folder: folder.path, cacheDir: join(folder.path, 'cache') });
  if (prepared.modality !== 'text') throw new Error('the tiny backbone reads texts');
  const device = createBackboneSessions(createOnnxRuntime({ device: 'cpu', threads: 1 }));
  const rows = [Int32Array.of(1, 2, 3, 4), Int32Array.of(5, 6)];
  const states = await createTokenStates(device)(
    prepared,
    rows.map((ids) => ({ ids })),
  );
  expect(states.map(({ length }) => length)).toEqual([4 * prepared.width, 2 * prepared.width]);
  for (const [index, ids] of rows.entries()) {
    const { features } = await device.embed(prepared, {
      rows: 1,
      columns: ids.length,
      ids,
      lengths: Int32Array.of(ids.length),
    });
    const pooled = features.subarray((prepared.taps - 1) * prepared.width);
    for (const [at, value] of pooled.entries()) {
      const mean =
        ids.reduce((sum, _, token) => sum + (states[index]?.[token * prepared.width + at] ?? NaN), 0) / ids.length;
      expect(mean).toBeCloseTo(value, 5);
    }
  }
});
