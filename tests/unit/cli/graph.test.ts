import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawGraph } from '../../../src/cli/graph/draw-graph.ts';
import { formatGraph } from '../../../src/cli/graph/format-graph.ts';
import { layOut } from '../../../src/cli/graph/lay-out.ts';
import { readLocalGraph } from '../../../src/cli/graph/read-local-graph.ts';
import { prepareSpec } from '../../../gpu-worker/src/backbones/prepare-spec.ts';
import { preparedFolderOf } from '../../../gpu-worker/src/backbones/prepared-folder.ts';
import { describeModel } from '../../../src/levi/index.ts';
import { createRandomAdapter } from '../../support/random-adapter.ts';
import { writeSmallAdapter } from '../../support/small-adapter.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { tinyFiles, tinySpec } from '../../support/tiny-backbone.ts';

const backbone = { id: 'tiny', fingerprint: 'f', modality: 'text', dtype: 'fp32', taps: 4, width: 12 } as const;
const stretch = { nodes: 30, parameters: 1_774_464 };
const summary = { layers: Array.from({ length: 4 }, () => stretch), pooling: { nodes: 12, parameters: 0 } };
const adapter = createRandomAdapter({ method: 'levi+ensemble' });
const graph = describeModel({ model: 'ft:tiny:<demo>', backbone, summary, targets: [{ name: 'label', adapter }] });

test('as text: a line a block with its figures, what it reads by number, the layers that are read marked', () => {
  const lines = formatGraph(graph).split('\n');
  expect(lines.slice(0, 4)).toEqual([
    'ft:tiny:<demo>',
    '  backbone tiny: reads texts, fp32, 7,097,856 parameters, frozen',
    `  levi+ensemble, single_label, 3 labels, ${graph.targets[0]?.nodes} nodes to answer`,
    expect.stringMatching(/^ {2}[\d,]+ parameters of its own$/),
  ]);
  expect(lines).toContainEqual(expect.stringMatching(/^ 4 {2}● {2}layer 2 +\[B, S, 12\] +30 +1,774,464 {2}3$/));
  expect(lines).toContainEqual(expect.stringMatching(/^ 5 {2}○ {2}layer 3 /));
  expect(lines).toContainEqual(expect.stringMatching(/^ 6 {2}┴ {2}pooling .* 2-5$/));
  expect(lines.at(-1)).toMatch(/^14 {2}▶ {2}answer \(softmax, temperature .* \[B, 3\] +1 {2}13$/);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
});

test('as a picture: no two boxes touch, all lie inside, and every block and line is drawn', () => {
  const { boxes, width, height } = layOut(graph.blocks);
  const placed = [...boxes.values()];
  expect(placed).toHaveLength(graph.blocks.length);
  for (const [at, one] of placed.entries()) {
    expect(one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + one.height <= height).toBe(true);
    for (const other of placed.slice(at + 1)) {
      const apart =
        one.x + one.width < other.x ||
        other.x + other.width < one.x ||
        one.y + one.height < other.y ||
        other.y + other.height < one.y;
      expect(apart).toBe(true);
    }
  }
  const svg = drawGraph(graph);
  expect(svg.match(/marker-end/g)).toHaveLength(graph.blocks.reduce((sum, { reads }) => sum + reads.length, 0));
  expect(svg.match(/rx="7"/g)).toHaveLength(graph.blocks.length);
  expect(svg).toContain('ft:tiny:&lt;demo&gt;');
});

test("on disk: a prepared backbone's folder, an adapter's file or folder, and both together only if they fit", async () => {
  await using folder = await createTemporaryFolder();
  const source = join(folder.path, 'source');
  await mkdir(source);
  for (const [name, bytes] of Object.entries(tinyFiles)) await writeFile(join(source, name), bytes);
  await prepareSpec(tinySpec, { cacheDir: folder.path, sourceFolder: source });
  const prepared = preparedFolderOf(tinySpec, folder.path);
  expect(readLocalGraph(prepared)).toMatchObject({
    model: 'tiny-bert',
    backbone: { id: 'tiny-bert', dtype: 'fp32', taps: 3, width: 8 },
    targets: [],
  });
  const file = join(folder.path, 'adapter.safetensors');
  await writeFile(file, writeSmallAdapter(['a', 'b']));
  for (const path of [file, folder.path]) {
    expect(readLocalGraph(path)).toMatchObject({ targets: [{ method: 'prior', labels: ['a', 'b'] }] });
  }
  expect(() => readLocalGraph(file, prepared)).toThrow(
    /^the adapter was trained on all-minilm-l6-v2 \(fingerprint f{12}…\), and .* holds tiny-bert/,
  );
});
