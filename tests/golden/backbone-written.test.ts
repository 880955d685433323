import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBackboneEnvironment } from '../../gpu-worker/src/backbones/backbone-options.ts';
import { prepareBackbone } from '../../gpu-worker/src/backbones/prepare-backbone.ts';
import type { PreparedBackbone } from '../../gpu-worker/src/backbones/prepared-backbone.ts';
import { findBackbone } from '../../gpu-worker/src/backbones/registry.ts';
import { DEFAULT_BACKBONE } from '../../src/contract/index.ts';
import { findAsset } from '../support/assets.ts';
import { describeGoldenMiniLm } from '../support/golden-minilm.ts';
import { openBackbone } from '../support/open-backbone.ts';
import type { OpenBackbone } from '../support/open-backbone.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import type { TemporaryFolder } from '../support/temporary-folder.ts';

// Only where the weights are already: a test downloads nothing.
const { folder, cacheDir } = readBackboneEnvironment(process.env);
const cached = join(cacheDir, DEFAULT_BACKBONE, `source-${findBackbone(DEFAULT_BACKBONE).revision.slice(0, 12)}`);
const candidates = [...(folder === undefined ? [] : [folder, join(folder, DEFAULT_BACKBONE)]), cached];
const source = candidates.find((candidate) => existsSync(join(candidate, 'model.safetensors'))) ?? null;
const canRun = source !== null && findAsset('golden/minilm.json') !== null;
const title = `${DEFAULT_BACKBONE} written by the engine from its safetensors`;
const reason =
  '(skipped: needs golden/minilm.json in LEVIGATE_ASSETS, and the model in the cache or LEVIGATE_BACKBONE_DIR)';

describe.skipIf(!canRun)(canRun ? title : `${title} ${reason}`, () => {
  let temporary: TemporaryFolder;
  let prepared: PreparedBackbone;
  let backbone: OpenBackbone;

  beforeAll(async () => {
    temporary = await createTemporaryFolder();
    prepared = await prepareBackbone(DEFAULT_BACKBONE, { cacheDir: temporary.path, folder: source ?? '' });
    backbone = await openBackbone(prepared);
  });
  afterAll(async () => {
    await backbone[Symbol.asyncDispose]();
    await temporary[Symbol.asyncDispose]();
  });

  it('has the embeddings and six layers as taps', () => {
    expect(prepared).toMatchObject({ taps: 7, width: 384, maxTokens: 256, idsDtype: 'int32', dtype: 'fp32' });
  });

  describeGoldenMiniLm(() => ({ prepared, backbone }));
});
