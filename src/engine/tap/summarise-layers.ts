import type { OnnxGraph, OnnxNode, OnnxTensor } from '../onnx/types.ts';
import { onnxDataType } from '../onnx/types.ts';
import { findPooledStates } from './find-pooled-states.ts';
import { indexGraph } from './graph-index.ts';
import type { GraphIndex } from './graph-index.ts';

/** What a stretch of a graph is made of. */
export interface Stretch {
  readonly nodes: number;
  /** Weights that no earlier stretch reads. */
  readonly parameters: number;
}

export interface LayerSummary {
  /** What leads to each tap and not to one before it: the embeddings, then every layer. */
  readonly layers: readonly Stretch[];
  /** The rest: what makes `features` of the taps. */
  readonly pooling: Stretch;
}

/**
 * A prepared backbone's nodes and weights, layer by layer.
 *
 * @throws LevigateError `backbone_invalid` for a graph that was not prepared here
 */
export function summariseLayers(graph: OnnxGraph): LayerSummary {
  const index = indexGraph(graph);
  const weights = new Map(graph.initializers.map((tensor) => [tensor.name, tensor] as const));
  const left = new Set(graph.nodes);
  const take = (nodes: readonly OnnxNode[]): Stretch => {
    const fresh = nodes.filter((node) => left.delete(node));
    return { nodes: fresh.length, parameters: fresh.reduce((sum, node) => sum + takeParameters(node, weights), 0) };
  };
  const layers = findPooledStates(graph).map(({ states }) => take(leadingTo(states, index)));
  return { layers, pooling: take([...left]) };
}

/** Every node that a value needs. */
function leadingTo(value: string, { nodes }: GraphIndex): readonly OnnxNode[] {
  const needed = new Set([value]);
  return nodes.toReversed().flatMap(({ makes, reads, node }) => {
    if (!makes.some((name) => needed.has(name))) return [];
    for (const name of reads) needed.add(name);
    return [node];
  });
}

const learned: ReadonlySet<number> = new Set([onnxDataType.float32, onnxDataType.float16, onnxDataType.bfloat16]);

/** Removes a node's weights from those not counted yet. */
function takeParameters(node: OnnxNode, weights: Map<string, OnnxTensor>): number {
  const tensors = node.inputs.flatMap((name) => weights.get(name) ?? []);
  for (const { name } of tensors) weights.delete(name);
  return packedParameters(node) ?? tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0);
}

/** Several weights share a byte there, so the shape says nothing of how many they are: `K` by `N` does. */
function packedParameters({ opType, attributes }: OnnxNode): number | null {
  if (opType !== 'MatMulNBits') return null;
  const valueOf = (wanted: string): number => Number(attributes.find(({ name }) => name === wanted)?.int ?? 0n);
  return valueOf('K') * valueOf('N');
}

// A scalar is a constant of the graph: a mask's lowest number, an activation's bound.
const sizeOf = ({ dataType, dims }: OnnxTensor): number =>
  learned.has(dataType) && dims.length > 0 ? dims.reduce((product, size) => product * size, 1) : 0;
