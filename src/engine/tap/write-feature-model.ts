import { buildValueInfo } from '../onnx/build.ts';
import { externalizeWeights } from '../onnx/external-weights.ts';
import type { WeightChunk } from '../onnx/external-weights.ts';
import type { ReadExternalData } from '../onnx/tensor-bytes.ts';
import { onnxDataType } from '../onnx/types.ts';
import type { OnnxGraph, OnnxModel, OnnxValueInfo } from '../onnx/types.ts';
import type { PoolingNodes } from './pooling-nodes.ts';

export interface FeatureModelOptions {
  /** Name of the weights file beside the graph. */
  readonly weightsLocation: string;
  /** Gives the bytes of tensors that already lie in another file. */
  readonly readExternal?: ReadExternalData | undefined;
}

export interface FeatureModel {
  readonly model: OnnxModel;
  /** Contents of the weights file. */
  readonly chunks: readonly WeightChunk[];
  readonly weightsSizeBytes: number;
}

interface Features {
  readonly inputs: readonly OnnxValueInfo[];
  readonly taps: number;
  /** Makes `features`. */
  readonly pooling: PoolingNodes;
}

/** A pruned model with its pooling at the end: one output, `features` [B, taps, H] float32, and its weights in one file. */
export function writeFeatureModel(
  model: OnnxModel,
  { inputs, taps, pooling }: Features,
  { weightsLocation, readExternal }: FeatureModelOptions,
): FeatureModel {
  const weights = externalizeWeights([...model.graph.initializers, ...pooling.initializers], {
    location: weightsLocation,
    readExternal,
  });
  const graph: OnnxGraph = {
    ...model.graph,
    nodes: [...model.graph.nodes, ...pooling.nodes],
    initializers: weights.initializers,
    inputs,
    outputs: [buildValueInfo('features', onnxDataType.float32, ['B', taps, 'H'])],
  };
  return { model: { ...model, graph }, chunks: weights.chunks, weightsSizeBytes: weights.sizeBytes };
}
