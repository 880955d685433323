import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LevigateError } from '../../../../src/contract/errors.ts';
import { encodeModel } from '../../../../src/engine/onnx/encode-model.ts';
import { findImageTaps } from '../../../../src/engine/tap/find-image-taps.ts';
import { tapImageModel } from '../../../../src/engine/tap/tap-image-model.ts';
import type { ImageBackboneSpec } from '../registry.ts';
import { WEIGHTS_FILE } from './encoder-graph.ts';
import type { ImageEncoderGraph } from './encoder-graph.ts';
import { readOnnxExport } from './read-onnx-export.ts';
import { readVisionShape } from './transformer-config.ts';

/** A folder in Transformers.js layout with preprocessor_config.json: its vision graph tapped by structure. */
export async function prepareImageExport(folder: string, spec: ImageBackboneSpec): Promise<ImageEncoderGraph> {
  const { layers, width } = readVisionShape(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  // What it stands on is large, and most workers prepare texts' backbones alone.
  const { loadImageProcessor } = await import('../../images/load-image-processor.ts');
  const processor = await loadImageProcessor(folder);
  const { model, dtype, readExternal } = await readOnnxExport(folder, spec);
  const taps = findImageTaps(model.graph, { expectedLayers: layers, prefixTokens: spec.prefixTokens });
  if (taps.kind === 'tokens' && width === undefined) {
    throw new LevigateError('backbone_invalid', `config.json of '${spec.id}' does not say the width (hidden_size).`);
  }
  const { pooling } = spec;
  const tapped = tapImageModel(model, {
    taps,
    hiddenSize: width ?? 0,
    pooling,
    weightsLocation: WEIGHTS_FILE,
    readExternal,
  });
  return {
    modality: 'image',
    model: encodeModel(tapped.model),
    chunks: tapped.chunks,
    weightsSizeBytes: tapped.weightsSizeBytes,
    taps: taps.kind === 'tokens' ? taps.names.length : taps.maps.length,
    width: tapped.width,
    dtype,
    imageSize: { height: processor.height, width: processor.width },
  };
}
