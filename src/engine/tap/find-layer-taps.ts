import { LevigateError } from '../../contract/errors.ts';
import type { OnnxGraph } from '../onnx/types.ts';
import { findRegions, formatRegions } from './find-regions.ts';
import type { Region } from './find-regions.ts';
import { indexGraph } from './graph-index.ts';
import { findLivePath } from './live-path.ts';

export interface FindLayerTapsOptions {
  /** `num_hidden_layers` of the model's configuration; a different count is refused. */
  readonly expectedLayers?: number | undefined;
  /** Output the data path leads to; by default the graph's token-level output. */
  readonly output?: string | undefined;
  /** `pixels`: the layers of the vision tower, in a graph that may read text as well. */
  readonly from?: 'pixels' | undefined;
}

const preferredOutputs = ['last_hidden_state', 'token_embeddings', 'hidden_states'];

/**
 * Finds the hidden states of a transformer in an ONNX graph by its structure, without relying on names: the value that enters
 * the first layer (embeddings) and the one that leaves each layer. For pre-norm models the last is the residual sum
 * before the final norm.
 *
 * @returns value names, one more than there are layers.
 * @throws LevigateError `backbone_invalid` with the reason when the structure is not understood; it never guesses.
 */
export function findLayerTaps(graph: OnnxGraph, options: FindLayerTapsOptions = {}): readonly string[] {
  const output = options.output ?? chooseOutput(graph);
  const path = findLivePath(graph, indexGraph(graph), { output, from: options.from });
  if (path === null) throw refuse(`no data path leads from a token embedding or a float input to '${output}'`);
  const regions = findRegions(path, output);
  const signature = formatRegions(regions);
  const attention = regions.flatMap((region, at) => (region.kind === 'attention' ? [at] : []));
  if (attention.length === 0) throw refuse(`the graph has no attention layer (its regions are '${signature}')`);
  if (options.expectedLayers !== undefined && attention.length !== options.expectedLayers) {
    const found = `${attention.length} attention layers were found (regions '${signature}')`;
    throw refuse(`${found}, but the configuration says ${options.expectedLayers}`);
  }
  return [...attention.map((at) => enteringValue(regions, at)), leavingValue(regions, attention, signature)];
}

/** The graph's token-level output, or its feature map, by the names exporters give them; else its first. */
export function chooseOutput(graph: OnnxGraph): string {
  const names = graph.outputs.map(({ name }) => name);
  const chosen = preferredOutputs.find((name) => names.includes(name)) ?? names[0];
  if (chosen === undefined) throw refuse('the graph has no output');
  return chosen;
}

function enteringValue(regions: readonly Region[], at: number): string {
  const enters = regions[at]?.enters ?? null;
  if (enters === null) throw refuse('the first attention layer is not separate from the embeddings');
  return enters;
}

/** The last layer ends where the others end: after as many products, moved on by the same norm. */
function leavingValue(regions: readonly Region[], attention: readonly number[], signature: string): string {
  const last = attention.at(-1) ?? 0;
  const shapes = attention.slice(1).map((at, layer) => shapeOfLayer(regions.slice((attention[layer] ?? 0) + 1, at)));
  const [shape = shapeOfOnlyLayer(regions.slice(last + 1)), ...others] = shapes;
  const isRegular = others.every((other) => other.products === shape.products && other.gap === shape.gap);
  if (!isRegular) throw refuse(`the layers differ from each other (regions '${signature}')`);
  const products = regions.flatMap((region, at) => (at > last && region.kind === 'matmul' ? [at] : []));
  const end = (shape.products === 0 ? last : (products[shape.products - 1] ?? Number.NaN)) + shape.gap;
  const region = regions[end];
  if (region === undefined) throw refuse(`the last layer ends unlike the others (regions '${signature}')`);
  return region.leaves;
}

interface LayerShape {
  /** Regions with products after the attention. */
  readonly products: number;
  /** Regions between the last of them and the next layer: the parts of a norm. */
  readonly gap: number;
}

function shapeOfLayer(between: readonly Region[]): LayerShape {
  const products = between.filter(({ kind }) => kind === 'matmul').length;
  const gap = between.length - 1 - between.findLastIndex(({ kind }) => kind === 'matmul');
  return { products, gap };
}

// With one layer there is no next one to compare with; a post-norm layer has the same norm after its attention.
function shapeOfOnlyLayer(after: readonly Region[]): LayerShape {
  const firstProduct = after.findIndex(({ kind }) => kind === 'matmul');
  return firstProduct === -1 ? { products: 0, gap: 0 } : { products: 1, gap: firstProduct };
}

function refuse(reason: string): LevigateError {
  const remedy = 'Use a transformer encoder exported to ONNX, or give the names of the hidden states by hand.';
  return new LevigateError('backbone_invalid', `The graph cannot be tapped: ${reason}. ${remedy}`);
}
