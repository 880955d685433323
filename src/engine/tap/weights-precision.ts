import type { OnnxGraph } from '../onnx/types.ts';
import { onnxDataType } from '../onnx/types.ts';

export type WeightsPrecision = 'fp32' | 'fp16' | 'q4' | 'dynamic_int8';

// Their scales are taken over the whole batch.
const dynamicOperators = new Set(['DynamicQuantizeLinear', 'DynamicQuantizeMatMul', 'DynamicQuantizeLSTM']);

/** How a graph computes. `dynamic_int8` makes features depend on the other texts of a batch, so it must not be served. */
export function weightsPrecision(graph: OnnxGraph): WeightsPrecision {
  const operators = new Set(graph.nodes.map(({ opType }) => opType));
  if (!dynamicOperators.isDisjointFrom(operators)) return 'dynamic_int8';
  if (operators.has('MatMulNBits') || operators.has('MatMulBnb4')) return 'q4';
  const isHalf = graph.initializers.some(({ dataType, dims }) => dataType === onnxDataType.float16 && dims.length >= 2);
  return isHalf ? 'fp16' : 'fp32';
}
