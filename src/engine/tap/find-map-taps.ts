import { LevigateError } from '../../contract/errors.ts';
import type { OnnxGraph } from '../onnx/types.ts';
import type { Region } from './find-regions.ts';
import type { GraphIndex, IndexedNode } from './graph-index.ts';
import type { LivePath } from './live-path.ts';

/** A feature map [B, channels, h, w]. */
export interface MapTap {
  readonly name: string;
  readonly channels: number;
}

// What turns a feature map into a vector, where nothing else reads the map.
const collapsing = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'ReduceMean', 'Flatten', 'Reshape', 'Squeeze']);
const convolutions = new Set(['Conv', 'FusedConv']);

export interface MapPath {
  readonly path: LivePath;
  readonly regions: readonly Region[];
  readonly output: string;
}

/**
 * The taps of a convolutional network: the sum that ends each residual block (an Add both of whose inputs come from the pixels),
 * and the last feature map.
 *
 * @throws LevigateError `backbone_invalid` when there is no residual sum, or the channels of one cannot be told.
 */
export function findMapTaps(graph: OnnxGraph, index: GraphIndex, found: MapPath): readonly MapTap[] {
  const { path } = found;
  const last = findLastMap(index, found);
  const end = path.nodes.findIndex(({ makes }) => makes.includes(last));
  const sums = path.nodes
    .slice(0, end + 1)
    .filter(({ opType, reads }) => opType === 'Add' && reads.every((name) => path.values.has(name)));
  if (sums.length === 0) throw refuse('it has neither attention layers nor sums of residual blocks');
  const names = new Set([...sums.flatMap(({ makes }) => makes), last]);
  const filtersOf = new Map(graph.initializers.map(({ name, dims }) => [name, dims[0]] as const));
  const known = new Map<string, number | null>();
  return [...names].map((name) => {
    const channels = channelsOf(name);
    if (channels === null) throw refuse(`how many channels '${name}' has is not clear`);
    return { name, channels };
  });

  /** Of the convolution a map comes from; what lies between (norms, activations, sums, gates) keeps its channels. */
  function channelsOf(name: string): number | null {
    const seen = known.get(name);
    if (seen !== undefined) return seen;
    // Guards against a cycle, which no valid graph has.
    known.set(name, null);
    const channels = channelsMadeBy(index.producerOf.get(name));
    known.set(name, channels);
    return channels;
  }

  function channelsMadeBy(node: IndexedNode | undefined): number | null {
    if (node === undefined) return null;
    if (convolutions.has(node.opType)) return filtersOf.get(node.node.inputs[1] ?? '') ?? null;
    const live = node.reads.filter((read) => path.values.has(read)).map(channelsOf);
    if (node.opType !== 'Concat') return live[0] ?? null;
    return live.reduce((sum, channels) => (sum === null || channels === null ? null : sum + channels), 0);
  }
}

/** What enters the first collapse after the last convolution; the output where there is none. */
function findLastMap(index: GraphIndex, { path, regions, output }: MapPath): string {
  const lastConvolution = path.nodes.findLast(({ opType }) => convolutions.has(opType));
  const after = path.nodes.slice(lastConvolution === undefined ? 0 : path.nodes.indexOf(lastConvolution) + 1);
  const later = new Set(after.flatMap(({ makes }) => makes));
  const collapse = regions.find(({ enters, leaves }) => {
    const producer = index.producerOf.get(leaves);
    return later.has(leaves) && producer?.reads[0] === enters && collapsing.has(producer.opType);
  });
  return collapse?.enters ?? output;
}

function refuse(reason: string): LevigateError {
  return new LevigateError(
    'backbone_invalid',
    `The graph cannot be tapped: ${reason}. Use a vision transformer or a residual convolutional network exported to ONNX.`,
  );
}
