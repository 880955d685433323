import { LevigateError } from '../../contract/errors.ts';
import type { OnnxGraph } from '../onnx/types.ts';
import type { GraphIndex, IndexedNode } from './graph-index.ts';
import type { LivePath } from './live-path.ts';

interface Before {
  readonly path: LivePath;
  /** The value that enters the first layer, [B, S, H]. */
  readonly first: string;
}

/**
 * How many tokens a vision transformer puts before its patches: learned vectors that a Concat joins to what comes from the
 * pixels (ViT and CLIP one, DeiT two, DINOv2 with registers five, SigLIP none).
 *
 * @throws LevigateError `backbone_invalid` when one of them cannot be traced to a weight.
 */
export function countPrefixTokens(graph: OnnxGraph, index: GraphIndex, { path, first }: Before): number {
  const dimsOf = new Map(graph.initializers.map(({ name, dims }) => [name, dims] as const));
  for (const { node, makes } of index.nodes) {
    const constant = node.attributes.find(({ name }) => name === 'value')?.tensor;
    if (node.opType === 'Constant' && constant !== undefined) dimsOf.set(makes[0] ?? '', constant.dims);
  }
  const joins = path.nodes.filter(({ opType }) => opType === 'Concat').filter((node) => leadsTo(node, first, path));
  return joins
    .flatMap((node) => node.reads.filter((name) => !path.values.has(name)))
    .reduce((sum, name) => sum + tokensOf(name), 0);

  function tokensOf(name: string): number {
    const dims = dimsOf.get(name);
    // [1, n, H] as a checkpoint has it, or a bare vector.
    if (dims !== undefined) return dims.length >= 3 ? (dims.at(-2) ?? 1) : 1;
    const producer = index.producerOf.get(name);
    const source = producer?.reads.find((read) => dimsOf.has(read) || index.producerOf.has(read));
    if (producer === undefined || source === undefined || !keepsTokens.has(producer.opType)) throw refuse(name);
    return tokensOf(source);
  }
}

const keepsTokens = new Set(['Expand', 'Cast', 'Identity', 'Tile', 'DequantizeLinear', 'Unsqueeze']);

/** Nodes of a path come in order, so what does not come after `first` and is on the path leads to it. */
function leadsTo(node: IndexedNode, first: string, { nodes }: LivePath): boolean {
  const end = nodes.findIndex(({ makes }) => makes.includes(first));
  return nodes.indexOf(node) <= end;
}

function refuse(name: string): LevigateError {
  return new LevigateError(
    'backbone_invalid',
    `The graph cannot be tapped: '${name}' is put before the patches, and how many tokens it has is not clear. Say it in the catalogue: "prefix_tokens".`,
  );
}
