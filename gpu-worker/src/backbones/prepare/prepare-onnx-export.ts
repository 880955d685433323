import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeModel } from '../../../../src/engine/onnx/encode-model.ts';
import { findLayerTaps } from '../../../../src/engine/tap/find-layer-taps.ts';
import { tapModel } from '../../../../src/engine/tap/tap-model.ts';
import type { TextBackboneSpec } from '../registry.ts';
import { WEIGHTS_FILE } from './encoder-graph.ts';
import type { TextEncoderGraph } from './encoder-graph.ts';
import { readOnnxExport } from './read-onnx-export.ts';
import { readTransformerShape } from './transformer-config.ts';

/** A folder in Transformers.js layout (`config.json`, `onnx/model.onnx`): its graph tapped by structure. */
export async function prepareOnnxExport(folder: string, spec: TextBackboneSpec): Promise<TextEncoderGraph> {
  const shape = readTransformerShape(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  const { model, dtype, readExternal } = await readOnnxExport(folder, spec);
  const taps = spec.tapNames ?? findLayerTaps(model.graph, { expectedLayers: shape.layers });
  const { pooling } = spec;
  const tapped = tapModel(model, { taps, pooling, weightsLocation: WEIGHTS_FILE, readExternal });
  return {
    modality: 'text',
    model: encodeModel(tapped.model),
    chunks: tapped.chunks,
    weightsSizeBytes: tapped.weightsSizeBytes,
    taps: taps.length,
    width: shape.width,
    idsDtype: tapped.idsDtype,
    dtype,
    maxPositions: shape.maxPositions,
  };
}
