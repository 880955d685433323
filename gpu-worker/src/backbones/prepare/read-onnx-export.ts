import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LevigateError } from '../../../../src/contract/errors.ts';
import { decodeModel } from '../../../../src/engine/onnx/decode-model.ts';
import type { ReadExternalData } from '../../../../src/engine/onnx/tensor-bytes.ts';
import type { OnnxModel } from '../../../../src/engine/onnx/types.ts';
import { weightsPrecision } from '../../../../src/engine/tap/weights-precision.ts';
import type { WeightsPrecision } from '../../../../src/engine/tap/weights-precision.ts';
import type { BackboneSpec } from '../registry.ts';

export interface OnnxExport {
  readonly model: OnnxModel;
  readonly dtype: Exclude<WeightsPrecision, 'dynamic_int8'>;
  readonly readExternal: ReadExternalData;
}

/**
 * The one graph among a backbone's files, with what lies beside it.
 *
 * @throws LevigateError `backbone_invalid` for a graph that quantises dynamically.
 */
export async function readOnnxExport(folder: string, spec: BackboneSpec): Promise<OnnxExport> {
  const path = spec.files.find((file) => file.path.endsWith('.onnx'))?.path ?? 'onnx/model.onnx';
  const model = decodeModel(await readFile(join(folder, path)));
  const dtype = weightsPrecision(model.graph);
  if (dtype === 'dynamic_int8') {
    throw new LevigateError(
      'backbone_invalid',
      `${path} of '${spec.id}' quantises dynamically: its features depend on the other inputs of a batch. Use the fp32, fp16 or q4 export.`,
    );
  }
  return { model, dtype, readExternal: await openExternalData(model, join(folder, dirname(path))) };
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
      `${location} does not hold the ${length} bytes at ${offset} that the graph names.`,
    );
  };
}
