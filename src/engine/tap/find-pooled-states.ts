import { LevigateError } from '../../contract/errors.ts';
import type { OnnxGraph, OnnxNode } from '../onnx/types.ts';

/** A layer of a prepared backbone: its pooled vector, and the hidden states `[B, S, H]` that are pooled. */
export interface PooledState {
  readonly pooled: string;
  readonly states: string;
}

/** Which input of the pooling node is the hidden states: a product with the mask's weights, or the first token's row. */
const STATES_INPUT: Readonly<Record<string, number>> = { MatMul: 1, Gather: 0 };

/**
 * The layers of a graph that `tapModel` or `bertFeatureGraph` wrote, in the order of its output `features` `[B, taps, H]`.
 *
 * @throws LevigateError `backbone_invalid` for a graph of another make
 */
export function findPooledStates(graph: OnnxGraph): readonly PooledState[] {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const joined = skipIdentities('features', producers);
  const last = producers.get(joined);
  const pooled = last?.opType === 'Concat' ? last.inputs : [joined];
  return pooled.map((name) => {
    const node = producers.get(name);
    const states = node?.inputs[STATES_INPUT[node.opType] ?? -1];
    if (states !== undefined) return { pooled: name, states };
    throw new LevigateError('backbone_invalid', `The graph does not pool its layer "${name}" in a known way.`);
  });
}

function skipIdentities(name: string, producers: ReadonlyMap<string, OnnxNode>): string {
  const node = producers.get(name);
  return node?.opType === 'Identity' ? skipIdentities(node.inputs[0] ?? '', producers) : name;
}
