import { createGraph } from '../autodiff/create-graph.ts';
import type { Graph } from '../graph/types.ts';
import { bertHiddenStates } from './bert.ts';
import type { BertConfig } from './bert-parameters.ts';
import { poolHiddenStates } from './pool-hidden-states.ts';

/**
 * A BERT encoder as a feature extractor: inputs `input_ids`, `attention_mask` int32 `[B, S]`; output `features`
 * `[B, layers + 1, width]`, the masked mean of the embeddings and of each block.
 */
export function bertFeatureGraph(config: BertConfig): Graph {
  const graph = createGraph();
  const inputIds = graph.input('input_ids', 'int32', ['B', 'S']);
  const attentionMask = graph.input('attention_mask', 'int32', ['B', 'S']);
  const states = bertHiddenStates(graph, { inputIds, attentionMask }, config);
  graph.output('features', poolHiddenStates(states, attentionMask));
  return graph;
}
