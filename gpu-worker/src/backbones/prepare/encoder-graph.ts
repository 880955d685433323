import type { WeightChunk } from '../../../../src/engine/onnx/external-weights.ts';

interface GraphBase {
  readonly model: Uint8Array;
  readonly chunks: readonly WeightChunk[];
  readonly weightsSizeBytes: number;
  readonly taps: number;
  readonly width: number;
  readonly dtype: 'fp32' | 'fp16' | 'q4';
}

/** Inputs `input_ids`, `attention_mask` `[B, S]`. */
export interface TextEncoderGraph extends GraphBase {
  readonly modality: 'text';
  readonly idsDtype: 'int32' | 'int64';
  /** Longest input the position embeddings allow. */
  readonly maxPositions: number;
}

/** Input `pixel_values` `[B, 3, height, width]`. */
export interface ImageEncoderGraph extends GraphBase {
  readonly modality: 'image';
  readonly imageSize: { readonly height: number; readonly width: number };
}

/** A feature extractor ready to be written; output `features` `[B, taps, width]`. */
export type EncoderGraph = TextEncoderGraph | ImageEncoderGraph;

export const GRAPH_FILE = 'graph.onnx';
export const WEIGHTS_FILE = 'weights.onnx_data';
