import { Tensor as OnnxTensor } from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { Tensor } from '../../../src/engine/index.ts';

/** The engine's tensors as onnxruntime's, over the same memory. */
export function toOnnxTensors(feeds: Readonly<Record<string, Tensor>>): Record<string, OnnxTensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, toOnnxTensor(value)]));
}

export function fromOnnxTensors(outputs: InferenceSession.OnnxValueMapType): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => {
      if (!(value instanceof OnnxTensor)) throw new Error(`internal: output ${name} is not a tensor`);
      return [name, toTensor(name, value)];
    }),
  );
}

// No fp16 here: onnxruntime-node 1.30 misreads a Float16Array's length on Node 23 and later
// (microsoft/onnxruntime#32323), so half floats stay in caches and are widened before they are fed.
function toOnnxTensor({ dtype, data, dims }: Tensor): OnnxTensor {
  return new OnnxTensor(dtype, data, dims);
}

function toTensor(name: string, { type, data, dims }: OnnxTensor): Tensor {
  if (type === 'float32' && data instanceof Float32Array) return { dtype: type, data, dims };
  if (type === 'int32' && data instanceof Int32Array) return { dtype: type, data, dims };
  if (type === 'int64' && data instanceof BigInt64Array) return { dtype: type, data, dims };
  if (type === 'bool' && data instanceof Uint8Array) return { dtype: type, data, dims };
  throw new Error(`internal: output ${name} has the type ${type}, which the engine does not use`);
}
