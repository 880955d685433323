import type { WeightChunk } from '../../../../src/engine/onnx/external-weights.ts';

/** A feature extractor ready to be written: inputs `input_ids`, `attention_mask` `[B, S]`, output `features` `[B, taps, width]`. */
export interface EncoderGraph {
  readonly model: Uint8Array;
  readonly chunks: readonly WeightChunk[];
  readonly weightsSizeBytes: number;
  readonly taps: number;
  readonly width: number;
  readonly idsDtype: 'int32' | 'int64';
  readonly dtype: 'fp32' | 'fp16' | 'q4';
  /** Longest input the position embeddings allow. */
  readonly maxPositions: number;
}

export const GRAPH_FILE = 'graph.onnx';
export const WEIGHTS_FILE = 'weights.onnx_data';
