import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareFolder } from '../../gpu-worker/src/backbones/prepare-folder.ts';
import type { PreparedBackbone } from '../../gpu-worker/src/backbones/prepared-backbone.ts';
import { findAsset, titleOrReason } from '../support/assets.ts';
import { openBackbone } from '../support/open-backbone.ts';
import type { OpenBackbone } from '../support/open-backbone.ts';
import { describeGoldenMiniLm } from '../support/golden-minilm.ts';

const exportFolder = 'weights/all-minilm-l6-v2';
const asset = findAsset(exportFolder);

describe.skipIf(asset === null)(
  titleOrReason('all-minilm-l6-v2 tapped from its ONNX export', exportFolder, asset),
  () => {
    let cacheDir = '';
    let prepared: PreparedBackbone;
    let backbone: OpenBackbone;

    beforeAll(async () => {
      cacheDir = await mkdtemp(join(tmpdir(), 'levigate-golden-'));
      prepared = await prepareFolder(asset ?? '', { id: 'tapped', cacheDir });
      backbone = await openBackbone(prepared);
    });
    afterAll(async () => {
      await backbone[Symbol.asyncDispose]();
      await rm(cacheDir, { recursive: true });
    });

    it('has the embeddings and six layers as taps', () => {
      expect(prepared).toMatchObject({ taps: 7, width: 384, maxTokens: 256, idsDtype: 'int64', dtype: 'fp32' });
    });

    describeGoldenMiniLm(() => ({ prepared, backbone }));
  },
);
