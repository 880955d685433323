import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bertFeatureGraph } from '../../../../src/engine/encoders/bert-feature-graph.ts';
import { readBertParameters } from '../../../../src/engine/encoders/bert-parameters.ts';
import { toOnnx } from '../../../../src/engine/lowering/to-onnx.ts';
import { readSafetensors } from '../../../../src/engine/safetensors/read-safetensors.ts';
import { parseBertConfig } from './bert-config.ts';
import { WEIGHTS_FILE } from './encoder-graph.ts';
import type { TextEncoderGraph } from './encoder-graph.ts';

/** A folder with `config.json` and `model.safetensors` of a BERT-family encoder: its graph written by our engine. */
export async function prepareSafetensors(folder: string): Promise<TextEncoderGraph> {
  const config = parseBertConfig(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  const { tensors } = readSafetensors(await readFile(join(folder, 'model.safetensors')));
  const { model, chunks, weightsSizeBytes } = toOnnx(bertFeatureGraph(config), {
    weights: readBertParameters(tensors, config),
    externalData: { location: WEIGHTS_FILE },
  });
  return {
    modality: 'text',
    model,
    chunks,
    weightsSizeBytes,
    taps: config.layers + 1,
    width: config.width,
    idsDtype: 'int32',
    dtype: 'fp32',
    maxPositions: config.maxPositions,
  };
}
