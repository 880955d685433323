import { buildTensor } from '../onnx/build.ts';
import { onnxDataType } from '../onnx/types.ts';
import type { OnnxTensor } from '../onnx/types.ts';
import type { Tensor } from '../tensor.ts';

/** The tensor under a name, its bytes not copied. */
export function toOnnxTensor(name: string, { dtype, dims, data }: Tensor): OnnxTensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return buildTensor(name, onnxDataType[dtype], dims, bytes);
}
