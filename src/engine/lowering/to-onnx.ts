import { GraphError } from '../graph-error.ts';
import { liveValues } from '../graph/live-values.ts';
import type { Graph, NamedValue, Value } from '../graph/types.ts';
import { buildGraph, buildModel, buildNode, buildValueInfo } from '../onnx/build.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { externalizeWeights } from '../onnx/external-weights.ts';
import type { ExternalWeights, WeightChunk } from '../onnx/external-weights.ts';
import { onnxDataType } from '../onnx/types.ts';
import type { OnnxNode, OnnxTensor, OnnxValueInfo } from '../onnx/types.ts';
import { isSameShape } from '../shape/dimension.ts';
import type { Shape } from '../shape/dimension.ts';
import type { Tensor } from '../tensor.ts';
import { lowerNodes } from './lower-graph.ts';
import { toOnnxTensor } from './onnx-tensor.ts';
import { createShapeResolver } from './shape-resolver.ts';

export interface ToOnnxOptions {
  /** What to compute; the graph's own outputs unless given. */
  readonly outputs?: Readonly<Record<string, Value>> | undefined;
  /** Parameters written into the model, by name. Those not here stay inputs. */
  readonly weights?: Readonly<Record<string, Tensor>> | undefined;
  /**
   * Numbers for symbolic dimensions. The file then takes these sizes only, and no node reads a size when it runs: WebGPU has no
   * kernels for that, so a graph with sizes stays on the device as a whole.
   */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  /** Moves constants and weights of 1 KiB or more to a file of this name beside the model. */
  readonly externalData?: { readonly location: string } | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface OnnxFile {
  readonly model: Uint8Array;
  /** Names of the inputs and parameters to feed: those that the outputs, or their sizes, depend on. */
  readonly inputs: readonly string[];
  /** Contents of the external file; empty without `externalData`. */
  readonly chunks: readonly WeightChunk[];
  readonly weightsSizeBytes: number;
}

/**
 * The graph as an ONNX file (opset 20, IR 9) of standard operators.
 *
 * @throws GraphError when a weight does not fit its parameter, or a symbolic size cannot be read from an input.
 */
export function toOnnx(graph: Graph, options: ToOnnxOptions = {}): OnnxFile {
  const outputs = new Map(options.outputs === undefined ? graph.outputs : Object.entries(options.outputs));
  if (outputs.size === 0) throw new GraphError('the graph has no outputs');
  checkOutputNames(graph, outputs);
  const values = liveValues(outputs.values());
  const nameOf = nameValues(outputs);
  const weights = options.weights ?? {};
  const live = new Set(values);
  const feedable = graph.inputs.filter(({ name, value }) => !isWeight(value, name, weights));
  const resolve = createShapeResolver(options.sizes);
  const { nodes, initializers, sized } = lowerNodes({ values, nameOf, resolve, inputs: liveFirst(feedable, live) });
  const inputs = feedable.filter((input) => live.has(input.value) || sized.has(input));
  const constants = values.flatMap((value) => toInitializer(value, nameOf(value), weights));
  const stored = storeWeights([...constants, ...initializers], options.externalData);
  const lowered = buildGraph({
    nodes: [...nodes, ...renamedOutputs(outputs, nameOf)],
    initializers: stored.initializers,
    inputs: inputs.map(({ name, value }) => toValueInfo(name, value, resolve)),
    outputs: [...outputs].map(([name, value]) => toValueInfo(name, value, resolve)),
  });
  return {
    model: encodeModel(buildModel({ graph: lowered, metadata: options.metadata ?? {} })),
    inputs: inputs.map(({ name }) => name),
    chunks: stored.chunks,
    weightsSizeBytes: stored.sizeBytes,
  };
}

function checkOutputNames(graph: Graph, outputs: ReadonlyMap<string, Value>): void {
  for (const { name, value } of graph.inputs) {
    const output = outputs.get(name);
    if (output !== undefined && output !== value) throw new GraphError(`the output '${name}' has the name of an input`);
  }
}

/** The first output of a computed value names it; every other name is made by `renamedOutputs`. */
function nameValues(outputs: ReadonlyMap<string, Value>): (value: Value) => string {
  const names = new Map<Value, string>();
  for (const [name, value] of outputs) {
    if (value.origin.kind === 'node' && !names.has(value)) names.set(value, name);
  }
  return (value) => {
    const { origin } = value;
    if (origin.kind === 'input' || origin.kind === 'parameter') return origin.name;
    return names.get(value) ?? `%${value.id}`;
  };
}

function renamedOutputs(outputs: ReadonlyMap<string, Value>, nameOf: (value: Value) => string): readonly OnnxNode[] {
  return [...outputs]
    .filter(([name, value]) => nameOf(value) !== name)
    .map(([name, value]) => buildNode({ opType: 'Identity', inputs: [nameOf(value)], outputs: [name] }));
}

/** Sizes are read from inputs that are fed anyway, where these have them. */
function liveFirst(inputs: readonly NamedValue[], live: ReadonlySet<Value>): readonly NamedValue[] {
  return inputs.toSorted((left, right) => Number(live.has(right.value)) - Number(live.has(left.value)));
}

function isWeight({ origin }: Value, name: string, weights: Readonly<Record<string, Tensor>>): boolean {
  return origin.kind === 'parameter' && weights[name] !== undefined;
}

function toInitializer(value: Value, name: string, weights: Readonly<Record<string, Tensor>>): readonly OnnxTensor[] {
  const { origin } = value;
  if (origin.kind === 'constant') return [toOnnxTensor(name, origin.tensor)];
  const weight = origin.kind === 'parameter' ? weights[origin.name] : undefined;
  if (weight === undefined) return [];
  if (weight.dtype !== value.dtype || !isSameShape(weight.dims, value.shape)) {
    throw new GraphError(
      `the weight '${name}' is ${weight.dtype} [${weight.dims.join(', ')}], not ${value.dtype} [${value.shape.join(', ')}]`,
    );
  }
  return [toOnnxTensor(name, weight)];
}

function storeWeights(
  initializers: readonly OnnxTensor[],
  externalData: ToOnnxOptions['externalData'],
): ExternalWeights {
  return externalData === undefined
    ? { initializers, chunks: [], sizeBytes: 0 }
    : externalizeWeights(initializers, { location: externalData.location });
}

function toValueInfo(name: string, { dtype, shape }: Value, resolve: (shape: Shape) => Shape): OnnxValueInfo {
  return buildValueInfo(name, onnxDataType[dtype], resolve(shape));
}
