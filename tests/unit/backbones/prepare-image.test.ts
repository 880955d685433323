import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProbeBackbone } from '../../../gpu-worker/src/backbones/backbone-options.ts';
import { prepareBackbone } from '../../../gpu-worker/src/backbones/prepare-backbone.ts';
import type { PreparedBackbone } from '../../../gpu-worker/src/backbones/prepared-backbone.ts';
import { readCatalogue } from '../../../gpu-worker/src/backbones/read-catalogue.ts';
import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import { toTensors } from '../../../gpu-worker/src/device/to-tensors.ts';
import { float32Data } from '../../../src/engine/index.ts';
import type { CatalogueEntry } from '../../../src/contract/index.ts';
import { findAsset, titleOrReason } from '../../support/assets.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { createTinyVit, tinyVitConfig, tinyVitPreprocessor } from '../../support/tiny-vit.ts';

const files = {
  'config.json': JSON.stringify(tinyVitConfig),
  'preprocessor_config.json': JSON.stringify(tinyVitPreprocessor),
  'onnx/model.onnx': createTinyVit(),
};

async function writeFolder(folder: string, content: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [path, bytes] of Object.entries(content)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

const probe: ProbeBackbone = async (prepared) => {
  if (prepared.modality !== 'image') throw new Error(`${prepared.id} reads no images`);
  const { height, width } = prepared.imageSize;
  await using session = await createOnnxRuntime({ device: 'cpu', threads: 1 }).loadFile(prepared.graphPath);
  const pixels = new Float32Array(2 * 3 * height * width).fill(0.5);
  const { features } = await session.run(toTensors({ rows: 2, height, width, pixels }, null));
  if (features === undefined) throw new Error('no features');
  return { dims: features.dims, data: float32Data(features) };
};

const entry = (folder: string, more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  name: 'tiny-vit',
  modality: 'image',
  taps: 3,
  license: 'unknown',
  owned_by: 'operator',
  folder,
  ...more,
});

beforeEach(() => {
  vi.stubEnv('LEVIGATE_BACKBONE_DIR', '');
  return () => vi.unstubAllEnvs();
});

describe("an image backbone of the operator's catalogue", () => {
  async function prepare(
    content: Readonly<Record<string, Uint8Array | string>>,
    more?: Partial<CatalogueEntry>,
  ): Promise<PreparedBackbone> {
    await using cache = await createTemporaryFolder();
    await using own = await createTemporaryFolder();
    await writeFolder(own.path, content);
    return await prepareBackbone('tiny-vit', { cacheDir: cache.path, catalogue: [entry(own.path, more)], probe });
  }

  it('becomes a graph from pixels to class token and mean of the patches, layer by layer', async () => {
    expect(await prepare(files)).toMatchObject({
      id: 'tiny-vit',
      modality: 'image',
      taps: 3,
      width: 16,
      imageSize: { height: 8, width: 8 },
      dtype: 'fp32',
    });
  });

  it('needs the vision tower alone of a model that reads text, too', async () => {
    const config = { model_type: 'siglip', vision_config: tinyVitConfig, text_config: { num_hidden_layers: 12 } };
    const { 'onnx/model.onnx': _, ...others } = files;
    const graph = createTinyVit({ prefixTokens: 0 });
    const siglip = { ...others, 'config.json': JSON.stringify(config), 'onnx/vision_model.onnx': graph };
    expect(await prepare(siglip)).toMatchObject({ taps: 3, width: 8 });
  });

  it('has another fingerprint under another pooling, and under another processor', async () => {
    const inverted = JSON.stringify({ ...tinyVitPreprocessor, image_std: [1, 1, 1] });
    const prepared = [
      await prepare(files),
      await prepare(files, { pooling: 'mean' }),
      await prepare({ ...files, 'preprocessor_config.json': inverted }),
    ];
    expect(prepared.map(({ width }) => width)).toEqual([16, 8, 16]);
    expect(new Set(prepared.map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  it('must have as many taps as the catalogue says, which gateways tell their users', async () => {
    await expect(prepare(files, { taps: 13 })).rejects.toThrow(
      'it has 3 taps, and the catalogue says 13; write "taps": 3',
    );
  });

  it('must have the layers of its configuration', async () => {
    const deeper = JSON.stringify({ ...tinyVitConfig, num_hidden_layers: 12 });
    await expect(prepare({ ...files, 'config.json': deeper })).rejects.toThrow('2 attention layers were found');
  });

  it('needs its preprocessor_config.json', async () => {
    const { 'preprocessor_config.json': _, ...others } = files;
    await expect(prepare(others)).rejects.toMatchObject({
      code: 'backbone_unavailable',
      message: expect.stringContaining('has no readable preprocessor_config.json'),
    });
  });

  it('is pinned by its first preparation: other files under its name are refused', async () => {
    await using cache = await createTemporaryFolder();
    await using own = await createTemporaryFolder();
    await writeFolder(own.path, files);
    const options = { cacheDir: cache.path, catalogue: [entry(own.path)] };
    const first = await prepareBackbone('tiny-vit', options);
    expect(await prepareBackbone('tiny-vit', options)).toEqual(first);
    await writeFile(join(own.path, 'onnx/model.onnx'), createTinyVit({ prefixTokens: 2 }));
    await expect(prepareBackbone('tiny-vit', options)).rejects.toMatchObject({
      code: 'backbone_invalid',
      message: expect.stringContaining('onnx/model.onnx differ'),
    });
  });

  it('is found by a folder relative to the catalogue', async () => {
    await using cache = await createTemporaryFolder();
    await using own = await createTemporaryFolder();
    await writeFolder(own.path, {
      'catalogue.json': JSON.stringify({
        backbones: [{ name: 'tiny-vit', modality: 'image', taps: 3, folder: 'vit' }],
      }),
    });
    await writeFolder(join(own.path, 'vit'), files);
    const catalogue = readCatalogue(join(own.path, 'catalogue.json'));
    expect(await prepareBackbone('tiny-vit', { cacheDir: cache.path, catalogue })).toMatchObject({ taps: 3 });
    await expect(prepareBackbone('gpt-9', { cacheDir: cache.path, catalogue })).rejects.toThrow(
      'Known backbones: all-minilm-l6-v2, mobilenet-v2, tiny-vit.',
    );
  });
});

describe('mobilenet-v2', () => {
  it('says where to get it where no source has it, and asks no public hub', async () => {
    await using cache = await createTemporaryFolder();
    await using own = await createTemporaryFolder();
    const failure = prepareBackbone('mobilenet-v2', { cacheDir: cache.path, folder: own.path });
    await expect(failure).rejects.toMatchObject({ code: 'backbone_unavailable' });
    await expect(failure).rejects.toThrow('set LEVIGATE_BACKBONE_DIR to a folder with config.json, preprocessor');
    await expect(failure).rejects.not.toThrow('huggingface.co');
  });

  const path = 'weights/mobilenet-v2-035-224-imagenet';
  const asset = findAsset(path);
  it.skipIf(asset === null)(titleOrReason('comes pinned from the folder of the operator', path, asset), async () => {
    await using cache = await createTemporaryFolder();
    const prepared = await prepareBackbone('mobilenet-v2', { cacheDir: cache.path, folder: asset ?? '', probe });
    expect(prepared).toMatchObject({ taps: 11, width: 1280, imageSize: { height: 224, width: 224 } });
  });
});
