import { decodeModel } from '../../engine/onnx/decode-model.ts';
import { weightsPrecision } from '../../engine/tap/weights-precision.ts';
import { summariseLayers } from '../../engine/tap/summarise-layers.ts';
import type { LayerSummary } from '../../engine/tap/summarise-layers.ts';

export interface BackboneGraphFacts {
  readonly summary: LayerSummary;
  readonly dtype: string;
}

/** A prepared backbone's graph.onnx; its weights, in a file of their own, are not read. Rejects with `backbone_invalid`. */
export function readBackboneGraph(bytes: Uint8Array): BackboneGraphFacts {
  const { graph } = decodeModel(bytes);
  return { summary: summariseLayers(graph), dtype: weightsPrecision(graph) };
}
