import { OnnxFormatError } from './onnx-format-error.ts';
import { ProtoReader } from './proto-reader.ts';
import { modelCodec } from './schema.ts';
import type { OnnxModel } from './types.ts';

/**
 * Reads an ONNX file. Raw tensor data are views of `bytes`, not copies.
 *
 * @throws OnnxFormatError when the bytes are cut short, contradict the wire format or hold no graph.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  if (bytes.length === 0) throw new OnnxFormatError('the model is empty');
  return modelCodec.read(new ProtoReader(bytes));
}
