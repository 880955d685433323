import { execFile } from 'node:child_process';
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProbeBackbone } from '../../../gpu-worker/src/backbones/backbone-options.ts';
import { prepareBackbone } from '../../../gpu-worker/src/backbones/prepare-backbone.ts';
import { prepareSpec } from '../../../gpu-worker/src/backbones/prepare-spec.ts';
import { prepareFolder } from '../../../gpu-worker/src/backbones/prepare-folder.ts';
import { BACKBONES, findBackbone } from '../../../gpu-worker/src/backbones/registry.ts';
import { DEFAULT_BACKBONE } from '../../../src/contract/index.ts';
import { bertHiddenStates } from '../../../src/engine/encoders/bert.ts';
import { readBertParameters } from '../../../src/engine/encoders/bert-parameters.ts';
import { parseBertConfig } from '../../../gpu-worker/src/backbones/prepare/bert-config.ts';
import { createGraph } from '../../../src/engine/autodiff/create-graph.ts';
import { toOnnx } from '../../../src/engine/lowering/to-onnx.ts';
import { startHubMirror } from '../../support/hub-mirror.ts';
import { openBackbone } from '../../support/open-backbone.ts';
import { largestDifference } from '../../support/run-onnx.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { tinyFiles, tinySpec } from '../../support/tiny-backbone.ts';
import { createTinyBert, referenceFeatures, tinyBertConfig } from '../../support/tiny-bert.ts';

const rows = [
  [1, 5, 19, 2],
  [1, 2],
];
const expected = rows.flatMap((row) => referenceFeatures(createTinyBert(), row).flat());

const probe: ProbeBackbone = async (prepared) => {
  await using backbone = await openBackbone(prepared);
  return await backbone.features([
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5],
  ]);
};

async function writeFolder(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

function exportTinyBert(): Uint8Array {
  const config = parseBertConfig(tinyBertConfig);
  const graph = createGraph();
  const inputIds = graph.input('input_ids', 'int32', ['B', 'S']);
  const attentionMask = graph.input('attention_mask', 'int32', ['B', 'S']);
  const last = bertHiddenStates(graph, { inputIds, attentionMask }, config).at(-1);
  if (last !== undefined) graph.output('last_hidden_state', last);
  return toOnnx(graph, { weights: readBertParameters(createTinyBert().tensors, config) }).model;
}

beforeEach(() => {
  vi.stubEnv('LEVIGATE_BACKBONE_DIR', '');
  return () => vi.unstubAllEnvs();
});

describe('preparing a backbone', () => {
  it('gives a graph whose features equal the reference', async () => {
    await using cache = await createTemporaryFolder();
    await using hub = await startHubMirror({ files: tinyFiles });
    const prepared = await prepareSpec(tinySpec, { cacheDir: cache.path, hubEndpoint: hub.url, probe });
    expect(prepared).toMatchObject({ id: 'tiny-bert', taps: 3, width: 8, idsDtype: 'int32', dtype: 'fp32' });
    await using backbone = await openBackbone(prepared);
    const { data } = await backbone.features(rows);
    expect(largestDifference([...data], expected)).toBeLessThan(2e-6);
  });

  it('never promises more tokens than there are positions', async () => {
    await using cache = await createTemporaryFolder();
    await using hub = await startHubMirror({ files: tinyFiles });
    const prepared = await prepareSpec(tinySpec, { cacheDir: cache.path, hubEndpoint: hub.url });
    expect(prepared).toMatchObject({ maxTokens: 12 });
  });

  it('reads the manifest the second time and asks no source', async () => {
    await using cache = await createTemporaryFolder();
    await using hub = await startHubMirror({ files: tinyFiles });
    const options = { cacheDir: cache.path, hubEndpoint: hub.url };
    const first = await prepareSpec(tinySpec, options);
    const asked = hub.requests.length;
    expect(await prepareSpec(tinySpec, options)).toEqual(first);
    expect(hub.requests).toHaveLength(asked);
  });

  it('prepares again what was damaged, without fetching again', async () => {
    await using cache = await createTemporaryFolder();
    await using hub = await startHubMirror({ files: tinyFiles });
    const options = { cacheDir: cache.path, hubEndpoint: hub.url };
    const first = await prepareSpec(tinySpec, options);
    await truncate(first.graphPath, 10);
    const asked = hub.requests.length;
    expect(await prepareSpec(tinySpec, { ...options, probe })).toEqual(first);
    expect(hub.requests).toHaveLength(asked);
  });

  it('puts the tokenizer beside the graph and leaves nothing unfinished', async () => {
    await using cache = await createTemporaryFolder();
    await using hub = await startHubMirror({ files: tinyFiles });
    const prepared = await prepareSpec(tinySpec, { cacheDir: cache.path, hubEndpoint: hub.url });
    const names = await readdir(prepared.folder);
    expect(names.toSorted()).toEqual([
      'config.json',
      'graph.onnx',
      'manifest.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'weights.onnx_data',
    ]);
    const folders = await readdir(join(cache.path, 'tiny-bert'));
    expect(folders.filter((name) => !/^(prepared|source)-[0-9a-z-]+$/.test(name))).toEqual([]);
  });

  it('fetches once for two processes, the second waiting for the first', async () => {
    await using cache = await createTemporaryFolder();
    const secondWaits = Promise.withResolvers<void>();
    const beforeAnswer = (path: string): Promise<void> | void =>
      path === '/waiting' ? secondWaits.resolve() : secondWaits.promise;
    await using hub = await startHubMirror({ files: tinyFiles, beforeAnswer });
    const script = join(import.meta.dirname, '../../support/prepare-tiny-backbone.ts');
    const start = async (): Promise<string> =>
      (await promisify(execFile)(process.execPath, [script, cache.path, hub.url])).stdout;
    const [first, second] = await Promise.all([start(), start()]);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toBe(first);
    const fetched = hub.requests.filter(({ path }) => path !== '/waiting');
    expect(fetched).toHaveLength(tinySpec.files.length);
  });

  it('does not keep a backbone that fails its trial run', async () => {
    await using cache = await createTemporaryFolder();
    await using hub = await startHubMirror({ files: tinyFiles });
    const options = { cacheDir: cache.path, hubEndpoint: hub.url };
    const narrow: ProbeBackbone = async () => ({ dims: [2, 3, 4], data: new Float32Array(24) });
    const infinite: ProbeBackbone = async () => ({ dims: [2, 3, 8], data: new Float32Array(48).fill(Infinity) });
    await expect(prepareSpec(tinySpec, { ...options, probe: narrow })).rejects.toThrow(
      '[2, 3, 4] instead of [2, 3, 8]',
    );
    await expect(prepareSpec(tinySpec, { ...options, probe: infinite })).rejects.toThrow('numbers that are not finite');
    expect(await readdir(join(cache.path, 'tiny-bert'))).toEqual(['source-0123456789ab']);
  });
});

describe("preparing the operator's own folder", () => {
  const tokenizer = { 'tokenizer.json': '{}', 'tokenizer_config.json': '{}' };
  const config = { 'config.json': JSON.stringify(tinyBertConfig) };

  it('taps an ONNX export to the same features as its safetensors give', async () => {
    await using cache = await createTemporaryFolder();
    await using own = await createTemporaryFolder();
    await writeFolder(own.path, { ...tokenizer, ...config, 'onnx/model.onnx': exportTinyBert() });
    const prepared = await prepareFolder(own.path, { id: 'mine', cacheDir: cache.path, probe });
    await using backbone = await openBackbone(prepared);
    const { data } = await backbone.features(rows);
    expect(largestDifference([...data], expected)).toBeLessThan(2e-6);
  });

  it.each(['', 'all-minilm-l6-v2'])(
    'takes it for a backbone of the registry from LEVIGATE_BACKBONE_DIR/%s',
    async (name) => {
      await using cache = await createTemporaryFolder();
      await using own = await createTemporaryFolder();
      await writeFolder(join(own.path, name), { ...tokenizer, ...config, 'onnx/model.onnx': exportTinyBert() });
      vi.stubEnv('LEVIGATE_BACKBONE_DIR', own.path);
      const prepared = await prepareBackbone('all-minilm-l6-v2', { cacheDir: cache.path, probe });
      expect(prepared).toMatchObject({ id: 'all-minilm-l6-v2', taps: 3, width: 8 });
    },
  );

  it('has another fingerprint for other bytes or other taps', async () => {
    await using cache = await createTemporaryFolder();
    await using own = await createTemporaryFolder();
    await writeFolder(own.path, { ...tokenizer, ...config, 'onnx/model.onnx': exportTinyBert() });
    const options = { id: 'mine', cacheDir: cache.path };
    const byStructure = await prepareFolder(own.path, options);
    const byName = await prepareFolder(own.path, { ...options, tapNames: ['last_hidden_state'] });
    await writeFile(join(own.path, 'tokenizer.json'), '{"version":"1.0"}');
    const changed = await prepareFolder(own.path, options);
    expect(byName.taps).toBe(1);
    expect(new Set([byStructure, byName, changed].map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  it('refuses a graph whose layers are not those of its configuration', async () => {
    await using cache = await createTemporaryFolder();
    await using own = await createTemporaryFolder();
    const deeper = { 'config.json': JSON.stringify({ ...tinyBertConfig, num_hidden_layers: 3 }) };
    await writeFolder(own.path, { ...tokenizer, ...deeper, 'onnx/model.onnx': exportTinyBert() });
    const prepared = prepareFolder(own.path, { id: 'mine', cacheDir: cache.path });
    await expect(prepared).rejects.toMatchObject({ code: 'backbone_invalid' });
    await expect(prepared).rejects.toThrow('2 attention layers were found');
  });

  it.each(['onnx/model.onnx', 'model.safetensors'])('names what is wrong with a malformed %s', async (path) => {
    await using cache = await createTemporaryFolder();
    await using own = await createTemporaryFolder();
    await writeFolder(own.path, { ...tokenizer, ...config, [path]: 'this is not a model' });
    const prepared = prepareFolder(own.path, { id: 'mine', cacheDir: cache.path });
    await expect(prepared).rejects.toMatchObject({ code: 'backbone_invalid' });
  });

  it('names the file that is missing', async () => {
    await using cache = await createTemporaryFolder();
    await using own = await createTemporaryFolder();
    await writeFolder(own.path, { ...config, 'model.safetensors': 'x' });
    const prepared = prepareFolder(own.path, { id: 'mine', cacheDir: cache.path });
    await expect(prepared).rejects.toThrow('has no readable tokenizer.json');
  });
});

describe('the registry', () => {
  it('refuses a name it does not know and lists those it knows', async () => {
    await expect(prepareBackbone('gpt-9')).rejects.toMatchObject({ code: 'unknown_backbone', param: 'model' });
    expect(() => findBackbone('gpt-9')).toThrow('Known backbones: all-minilm-l6-v2, mobilenet-v2.');
  });

  it('has the default backbone', () => {
    expect(findBackbone(DEFAULT_BACKBONE).license).toBe('Apache-2.0');
  });

  it('pins every file of every backbone', () => {
    for (const { files, revision, isPublished } of BACKBONES) {
      // A repository that is nobody's but the operator's has no commit we could know.
      expect(revision).toMatch(isPublished ? /^[0-9a-f]{40}$/ : /^main$/);
      for (const { sha256 } of files) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
