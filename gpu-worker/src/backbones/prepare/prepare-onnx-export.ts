import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LevigateError } from '../../../../src/contract/errors.ts';
import { decodeModel } from '../../../../src/engine/onnx/decode-model.ts';
import { encodeModel } from '../../../../src/engine/onnx/encode-model.ts';
import type { ReadExternalData } from '../../../../src/engine/onnx/tensor-bytes.ts';
import type { OnnxModel } from '../../../../src/engine/onnx/types.ts';
import { findLayerTaps } from '../../../../src/engine/tap/find-layer-taps.ts';
import { tapModel } from '../../../../src/engine/tap/tap-model.ts';
import { weightsPrecision } from '../../../../src/engine/tap/weights-precision.ts';
import type { BackboneSpec } from '../registry.ts';
import { WEIGHTS_FILE } from './encoder-graph.ts';
import type { EncoderGraph } from './encoder-graph.ts';
import { readTransformerShape } from './transformer-config.ts';

/** A folder in Transformers.js layout (`config.json`, `onnx/model.onnx`): its graph tapped by structure. */
export async function prepareOnnxExport(folder: string, spec: BackboneSpec): Promise<EncoderGraph> {
  const shape = readTransformerShape(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  const model = decodeModel(await readFile(join(folder, 'onnx', 'model.onnx')));
  const dtype = weightsPrecision(model.graph);
  if (dtype === 'dynamic_int8') {
    throw new LevigateError(
      'backbone_invalid',
      `onnx/model.onnx of '${spec.id}' quantises dynamically: its features depend on the other texts of a batch. Use the fp32, fp16 or q4 export.`,
    );
  }
  const taps = spec.tapNames ?? findLayerTaps(model.graph, { expectedLayers: shape.layers });
  const readExternal = await openExternalData(model, join(folder, 'onnx'));
  const tapped = tapModel(model, { taps, weightsLocation: WEIGHTS_FILE, readExternal });
  return {
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

async function openExternalData(model: OnnxModel, folder: string): Promise<ReadExternalData> {
  const locations = new Set(
    model.graph.initializers.flatMap(({ externalData }) =>
      externalData.flatMap(({ key, value }) => (key === 'location' ? [value] : [])),
    ),
  );
  const files = new Map<string, Uint8Array>();
  // Only files beside the graph: the location comes from the file and must not lead elsewhere.
  for (const location of locations) {
    if (location === basename(location)) files.set(location, await readFile(join(folder, location)));
  }
  return (location, offset, length) => {
    const bytes = files.get(location)?.subarray(offset, offset + length);
    if (bytes?.length === length) return bytes;
    throw new LevigateError(
      'backbone_invalid',
      `onnx/${location} does not hold the ${length} bytes at ${offset} that the graph names.`,
    );
  };
}
