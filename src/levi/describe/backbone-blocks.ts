import type { GraphBlock, ModelGraph } from '../../contract/model-graph.ts';
import type { LayerSummary } from '../../engine/tap/summarise-layers.ts';

export type BackboneFacts = ModelGraph['backbone'];

export const POOLING = 'pooling';
export const RECORD = 'record';

const MODALITIES = {
  text: { inputs: 'input_ids, attention_mask', shape: ['B', 'S'], entry: 'embeddings', layer: 'layer' },
  image: { inputs: 'pixel_values', shape: ['B', 3, 'height', 'width'], entry: 'stem', layer: 'block' },
} as const;

/**
 * A frozen backbone from its input to the pooled features.
 * @param summary null: its graph is not at hand, and neither nodes nor weights are told
 */
export function backboneBlocks(
  { modality, taps, width }: BackboneFacts,
  summary: LayerSummary | null,
): readonly GraphBlock[] {
  const words = MODALITIES[modality];
  const input: GraphBlock = {
    id: 'input',
    kind: 'input',
    title: words.inputs,
    detail: null,
    shape: [...words.shape],
    nodes: null,
    parameters: null,
    reads: [],
  };
  const layers = Array.from({ length: taps }, (_, tap): GraphBlock => {
    const { nodes = null, parameters = null } = summary?.layers[tap] ?? {};
    const title = tap === 0 ? words.entry : `${words.layer} ${tap}`;
    const shape = modality === 'text' ? ['B', 'S', width] : null;
    const reads = [tap === 0 ? input.id : layerId(tap - 1)];
    return { id: layerId(tap), kind: 'layer', title, detail: null, shape, nodes, parameters, reads };
  });
  const pooling: GraphBlock = {
    id: POOLING,
    kind: 'pooling',
    title: 'pooling',
    detail: 'inside the graph',
    shape: ['B', taps, width],
    nodes: summary?.pooling.nodes ?? null,
    parameters: null,
    reads: layers.map(({ id }) => id),
  };
  return [input, ...layers, pooling];
}

const layerId = (tap: number): string => `layer.${tap}`;
