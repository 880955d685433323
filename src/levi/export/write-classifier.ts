import { LevigateError } from '../../contract/errors.ts';
import { buildNode, buildTensor, buildValueInfo } from '../../engine/onnx/build.ts';
import { encodeModel } from '../../engine/onnx/encode-model.ts';
import { tensorBytes } from '../../engine/onnx/tensor-bytes.ts';
import type { ReadExternalData } from '../../engine/onnx/tensor-bytes.ts';
import { onnxDataType } from '../../engine/onnx/types.ts';
import type { OnnxGraph, OnnxModel, OnnxTensor } from '../../engine/onnx/types.ts';
import { findPooledStates } from '../../engine/tap/find-pooled-states.ts';
import { pruneGraph } from '../../engine/tap/prune-graph.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { assertExportable, opsetOf } from './assert-exportable.ts';
import { createNodeWriter, axis } from './node-writer.ts';
import type { NodeWriter } from './node-writer.ts';
import { writeHead } from './write-head.ts';
import type { Vocabulary } from './vocabulary-units.ts';

export interface ClassifierParts {
  readonly adapter: Adapter;
  /** A prepared text backbone's graph. */
  readonly backbone: OnnxModel;
  readonly readExternal: ReadExternalData;
  readonly vocabulary: Vocabulary;
  /** In tokens. */
  readonly maxLength: number;
  /** Ends every text; a text that is cut loses it elsewhere, never here. null: the tokenizer ends texts otherwise. */
  readonly closingToken: number | null;
}

// A protobuf message cannot be larger.
const MAX_MODEL_BYTES = 2 ** 31 - 1;

/**
 * Backbone (cut above the highest layer that the adapter reads), pooling, adapter and calibration as one ONNX file: `input_ids` and `attention_mask`
 * int64 `[B, S]` in, `logits` `[B, C]` out, whose softmax (of labels that do not exclude each other: sigmoid) is the answer.
 *
 * @throws LevigateError `unsupported_option` with the reason, where a text-classification pipeline cannot say what the model does
 */
export function writeClassifier(parts: ClassifierParts): Uint8Array {
  const { adapter, backbone } = parts;
  assertExportable(adapter, backbone);
  const writer = createNodeWriter('levigate/export/');
  const tokens = writeTokens(writer, parts);
  const body = cutBackbone(backbone.graph, adapter.layers);
  const features = joinLayers(writer, body.pooled);
  const logits = writeHead(writer, { ...parts, tokens, features, opset: opsetOf(backbone) });
  writer.rename(logits, 'logits');
  const graph: OnnxGraph = {
    ...body.graph,
    nodes: [...tokens.nodes(body.graph), ...body.graph.nodes, ...writer.nodes.slice(tokens.count)],
    initializers: [...inlined(body.graph.initializers, parts.readExternal), ...writer.initializers],
    inputs: ['input_ids', 'attention_mask'].map((name) =>
      buildValueInfo(name, onnxDataType.int64, ['batch', 'sequence']),
    ),
    outputs: [buildValueInfo('logits', onnxDataType.float32, ['batch', adapter.labels.length])],
  };
  return encodeModel({ ...backbone, graph, producerName: 'levigate', metadata: [] });
}

interface Tokens {
  /** int64 `[B, S]`, as the server would read them. */
  readonly ids: string;
  readonly mask: string;
  /** Nodes of the writer that come before the backbone's. */
  readonly count: number;
  /** Those, and what gives the backbone its inputs under its own names. */
  nodes(backbone: OnnxGraph): OnnxGraph['nodes'];
}

/** Transformers.js cuts a closing token off with the end of a text that is too long; the server keeps it. */
function writeTokens(writer: NodeWriter, { maxLength, closingToken }: ClassifierParts): Tokens {
  const mask = 'attention_mask';
  const ids = closingToken === null ? 'input_ids' : closeLast(writer, { maxLength, closingToken });
  const count = writer.nodes.length;
  return {
    ids,
    mask,
    count,
    nodes: (backbone) => [
      ...writer.nodes.slice(0, count),
      ...backbone.inputs.map(({ name, type }) =>
        buildNode({
          opType: 'Cast',
          inputs: [name === INNER.input_ids ? ids : mask],
          outputs: [name],
          attributes: { to: { int: type?.tensor?.elementType ?? onnxDataType.int64 } },
        }),
      ),
    ],
  };
}

function closeLast(
  writer: NodeWriter,
  { maxLength, closingToken }: { readonly maxLength: number; readonly closingToken: number },
): string {
  const columns = writer.node('Gather', [writer.node('Shape', ['input_ids']), writer.scalar(1)]);
  const places = writer.node('Range', [writer.scalar(0), columns, writer.scalar(1)]);
  const isLast = writer.node('Equal', [places, writer.scalar(maxLength - 1)]);
  const isText = writer.node('Equal', ['attention_mask', writer.scalar(1)]);
  return writer.node('Where', [writer.node('And', [isText, isLast]), writer.scalar(closingToken), 'input_ids']);
}

/** The backbone's inputs under other names, so that the file's own have the types that pipelines feed. */
const INNER: Readonly<Record<string, string>> = {
  input_ids: 'levigate/backbone/input_ids',
  attention_mask: 'levigate/backbone/attention_mask',
};

function cutBackbone(graph: OnnxGraph, layers: readonly number[]): { graph: OnnxGraph; pooled: readonly string[] } {
  const states = findPooledStates(graph);
  const pooled = layers.map((layer) => states[layer]?.pooled ?? '');
  const cut = pruneGraph(graph, pooled);
  const rename = (name: string): string => INNER[name] ?? name;
  return {
    pooled,
    graph: {
      ...cut,
      inputs: cut.inputs.map((input) => ({ ...input, name: rename(input.name) })),
      nodes: cut.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename) })),
    },
  };
}

/** Features as the server has them: `[B, K, d]`, rounded to half precision. */
function joinLayers(writer: NodeWriter, pooled: readonly string[]): string {
  const joined = writer.node('Concat', pooled, axis(1));
  return writer.cast(writer.cast(joined, 'float16'), 'float32');
}

function inlined(initializers: readonly OnnxTensor[], readExternal: ReadExternalData): readonly OnnxTensor[] {
  let total = 0;
  return initializers.map((tensor) => {
    if (tensor.dataLocation === 0) return tensor;
    const bytes = tensorBytes(tensor, readExternal);
    total += bytes.length;
    if (total > MAX_MODEL_BYTES) {
      throw new LevigateError(
        'unsupported_option',
        'format: the backbone has more than 2 GB of weights, which one ONNX file cannot hold. Export "adapter" instead.',
        { param: 'format' },
      );
    }
    return buildTensor(tensor.name, tensor.dataType, tensor.dims, bytes);
  });
}
