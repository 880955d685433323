import type { OnnxGraph } from '../onnx/types.ts';
import { onnxDataType } from '../onnx/types.ts';
import type { GraphIndex, IndexedNode } from './graph-index.ts';

/** The part of a graph through which data flow from the embeddings to one output. */
export interface LivePath {
  /** In topological order. */
  readonly nodes: readonly IndexedNode[];
  /** Live values each node reads: the data, without weights, masks and positions. */
  readonly values: ReadonlySet<string>;
}

/** What every vision export of Transformers.js calls its images, [B, 3, H, W]. */
export const PIXELS = 'pixel_values';

const shapeOperators = new Set(['Shape', 'Size']);
const indexPreservingOperators = new Set(['Cast', 'Reshape', 'Squeeze', 'Unsqueeze', 'Identity', 'Flatten', 'Clip']);

export interface LivePathOptions {
  readonly output: string;
  /** `pixels`: from the input `pixel_values` alone, whatever else the graph reads. */
  readonly from?: 'pixels' | undefined;
}

/** Null when neither a token embedding nor a float input leads to `output`. */
export function findLivePath(graph: OnnxGraph, index: GraphIndex, { output, from }: LivePathOptions): LivePath | null {
  const starts = from === 'pixels' ? [PIXELS] : findStarts(graph, index);
  const reached = reachForward(index, starts);
  const needed = reachBackward(index, output);
  const nodes = index.nodes.filter((node) => needed.has(node) && node.makes.some((name) => reached.has(name)));
  if (nodes.length === 0) return null;
  const values = new Set(nodes.flatMap((node) => node.makes).filter((name) => reached.has(name)));
  return { nodes, values };
}

/** Values data start from: outputs of the token embedding, else float inputs (pixels, audio). */
function findStarts(graph: OnnxGraph, index: GraphIndex): readonly string[] {
  const tokenIds = graph.inputs.filter(({ name }) => name === 'input_ids').map(({ name }) => name);
  const ids = followIndices(index, new Set(tokenIds));
  const embeddings = index.nodes.filter((node) => isTokenEmbedding(node, index, ids));
  if (embeddings.length > 0) return embeddings.flatMap((node) => node.makes.slice(0, 1));
  const floats: readonly (number | undefined)[] = [onnxDataType.float32, onnxDataType.float16];
  return graph.inputs.filter((input) => floats.includes(input.type?.tensor?.elementType)).map(({ name }) => name);
}

function isTokenEmbedding(node: IndexedNode, index: GraphIndex, ids: ReadonlySet<string>): boolean {
  if (node.opType === 'EmbedLayerNormalization') return node.reads.some((name) => ids.has(name));
  if (!node.opType.startsWith('Gather')) return false;
  const [table, indices] = node.reads;
  return indices !== undefined && ids.has(indices) && table !== undefined && isWeight(table, index);
}

/** An initializer, or one behind a cast or a dequantisation. */
function isWeight(name: string, index: GraphIndex): boolean {
  if (index.initializers.has(name)) return true;
  const producer = index.producerOf.get(name);
  if (producer === undefined) return false;
  if (producer.opType === 'Constant') return true;
  const [source] = producer.reads;
  return (
    (producer.opType === 'Cast' || producer.opType === 'DequantizeLinear') &&
    source !== undefined &&
    isWeight(source, index)
  );
}

function followIndices(index: GraphIndex, from: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set(from);
  for (const node of index.nodes) {
    const [data] = node.reads;
    if (!indexPreservingOperators.has(node.opType) || data === undefined || !found.has(data)) continue;
    for (const name of node.makes) found.add(name);
  }
  return found;
}

function reachForward(index: GraphIndex, starts: readonly string[]): ReadonlySet<string> {
  const reached = new Set(starts);
  for (const node of index.nodes) {
    if (shapeOperators.has(node.opType) || !node.reads.some((name) => reached.has(name))) continue;
    for (const name of node.makes) reached.add(name);
  }
  return reached;
}

function reachBackward(index: GraphIndex, output: string): ReadonlySet<IndexedNode> {
  const needed = new Set<IndexedNode>();
  const names = new Set([output]);
  for (const node of index.nodes.toReversed()) {
    if (!node.makes.some((name) => names.has(name))) continue;
    needed.add(node);
    if (shapeOperators.has(node.opType)) continue;
    for (const name of node.reads) names.add(name);
  }
  return needed;
}
