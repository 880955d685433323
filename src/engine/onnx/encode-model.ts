import { ProtoWriter } from './proto-writer.ts';
import { modelCodec } from './schema.ts';
import type { OnnxModel } from './types.ts';

/** Writes an ONNX file; equal models give equal bytes. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const writer = new ProtoWriter();
  modelCodec.write(writer, model);
  return writer.finish();
}
