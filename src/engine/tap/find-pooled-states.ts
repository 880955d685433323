import { LevigateError } from '../../contract/errors.ts';
import type { OnnxGraph, OnnxNode } from '../onnx/types.ts';
import { POOLING_PREFIX } from './pooling-nodes.ts';

/** A layer of a prepared backbone: its pooled vector, and the states that are pooled: `[B, S, H]`, or a feature map. */
export interface PooledState {
  readonly pooled: string;
  readonly states: string;
}

/** Which input of a pooling node leads to the states: of a product with the mask's weights the second, else the first. */
const STATES_INPUT: Readonly<Record<string, number>> = {
  MatMul: 1,
  Gather: 0,
  Cast: 0,
  Concat: 0,
  Pad: 0,
  ReduceMean: 0,
  Reshape: 0,
  Slice: 0,
};

/**
 * The layers of a graph that `tapModel`, `tapImageModel` or `bertFeatureGraph` wrote, in the order of its output `features` `[B, taps, H]`.
 *
 * @throws LevigateError `backbone_invalid` for a graph of another make
 */
export function findPooledStates(graph: OnnxGraph): readonly PooledState[] {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const joined = skipIdentities('features', producers);
  const last = producers.get(joined);
  const pooled = last?.opType === 'Concat' ? last.inputs : [joined];
  return pooled.map((name) => ({ pooled: name, states: statesOf(name, producers) }));
}

/** Past the pooling's own steps, which a tapped model's are told by their names; the graphs of our engine have one. */
function statesOf(name: string, producers: ReadonlyMap<string, OnnxNode>): string {
  const node = producers.get(name);
  const read = node?.inputs[STATES_INPUT[node.opType] ?? -1];
  if (read !== undefined) return read.startsWith(POOLING_PREFIX) ? statesOf(read, producers) : read;
  throw new LevigateError('backbone_invalid', `The graph does not pool its layer "${name}" in a known way.`);
}

function skipIdentities(name: string, producers: ReadonlyMap<string, OnnxNode>): string {
  const node = producers.get(name);
  return node?.opType === 'Identity' ? skipIdentities(node.inputs[0] ?? '', producers) : name;
}
