import { decodeModel } from '../../engine/onnx/decode-model.ts';
import type { OnnxGraph } from '../../engine/onnx/types.ts';
import { toOnnx } from '../../engine/index.ts';
import { COVERAGE, BUCKETS, tensorNeeds, taskTables } from '../adapter/adapter.ts';
import type { Adapter, AdapterTensors } from '../adapter/adapter.ts';
import { floatTensors, inFloats } from '../adapter/float-weights.ts';
import { ANSWERS, buildServingGraph, FEATURES, GATE, ROWS, taskInput } from '../predictor/build-serving-graph.ts';
import { COVERAGE_QUANTILES } from '../task-model/coverage-gate.ts';
import { TASK_FIELDS, TASK_NGRAMS } from '../task-model/task-tables.ts';
import { fieldCoverage } from '../fields/fields-encoder.ts';
import type { TaskPart } from '../methods/parts.ts';
import { taskFeeds } from '../predictor/create-predictor.ts';
import { lowerOpset } from './lower-opset.ts';
import { writeNgrams } from './ngram-nodes.ts';
import type { NgramNodes } from './ngram-nodes.ts';
import { axis } from './node-writer.ts';
import type { NodeWriter } from './node-writer.ts';
import type { Vocabulary } from './vocabulary-units.ts';

export interface HeadParts {
  readonly adapter: Adapter;
  readonly vocabulary: Vocabulary;
  /** int64 `[B, S]` */
  readonly tokens: { readonly ids: string; readonly mask: string };
  /** `[B, K, d]` */
  readonly features: string;
  readonly opset: number;
}

/** The graph that serves the adapter, its weights stored, with what the host gathers for it written as nodes. @returns logits `[B, C]` */
export function writeHead(writer: NodeWriter, parts: HeadParts): string {
  const { adapter, features, tokens } = parts;
  const spec = inFloats(adapter.architecture.spec);
  const { weights, taskParts } = tensorNeeds(spec);
  const bound = new Map<string, string>([[FEATURES, features]]);
  const tensors = floatTensors(adapter);
  for (const name of Object.keys(weights)) bound.set(name, storeTensor(writer, tensors, name));
  if (taskParts.length > 0) {
    const ngrams = writeNgrams(writer, { ...tokens, vocabulary: parts.vocabulary, buckets: bucketsOf(adapter) });
    const absent = describeAbsence(adapter);
    for (const part of taskParts) {
      const [table] = taskTables(part, adapter);
      if (table === undefined) throw new Error('internal: a task model without tables');
      bound.set(taskInput(part, TASK_NGRAMS), ngrams.scores(numbersOf(tensors, table.name), table.width));
      const fields = absent.fieldsOf(part);
      if (fields !== null) bound.set(taskInput(part, TASK_FIELDS), repeatRow(writer, tokens.ids, fields));
    }
    if (spec.isGated) bound.set(GATE, writeGate(writer, adapter, { ngrams, absent }));
  }
  bound.set(ROWS, repeatRow(writer, tokens.ids, Float32Array.of(0)));
  const { graph } = decodeModel(toOnnx(buildServingGraph(spec)).model);
  const answers = append(writer, lowerOpset(graph, parts.opset), bound);
  return toLogits(writer, answers, spec.family === 'sigmoid');
}

/** What a task model reads of a row without fields, as the server does when a request gives none. */
interface Absence {
  /** Embeddings and numbers side by side; null where the model reads no fields. */
  readonly fieldsOf: (part: TaskPart) => Float32Array | null;
  /** Of the fields; null where none has a vocabulary. */
  readonly coverage: number | null;
}

function describeAbsence(adapter: Adapter): Absence {
  const raw = { texts: [''], fields: [undefined] };
  const read = adapter.readTask?.(raw) ?? null;
  if (read === null || read.fields === null) return { fieldsOf: () => null, coverage: null };
  const feeds = taskFeeds(adapter, raw, tensorNeeds(adapter.architecture.spec));
  return {
    fieldsOf: (part) => {
      const values = feeds[taskInput(part, TASK_FIELDS)]?.data;
      return values instanceof Float32Array ? values : null;
    },
    coverage: read.embeddings.length > 0 ? (fieldCoverage(read.fields)[0] ?? null) : null,
  };
}

/** One row for each of the batch: `[B, n]`. */
function repeatRow(writer: NodeWriter, ids: string, row: Float32Array): string {
  const batch = writer.node('Slice', [writer.node('Shape', [ids]), writer.int64s([0]), writer.int64s([1])]);
  const shape = writer.node('Concat', [batch, writer.int64s([row.length])], axis(0));
  return writer.node('Expand', [writer.store('float32', [1, row.length], row), shape]);
}

const SMALLEST = 1e-37;

/** Probabilities as logits: their softmax, or their sigmoid, is what they were. */
function toLogits(writer: NodeWriter, answers: string, isSigmoid: boolean): string {
  const logOf = (value: string): string => writer.node('Log', [writer.node('Max', [value, writer.float(SMALLEST)])]);
  if (!isSigmoid) return logOf(answers);
  return writer.node('Sub', [logOf(answers), logOf(writer.node('Sub', [writer.float(1), answers]))]);
}

/** `gateOf`: twice the share of the validation rows' coverages that are not above a row's, at most 1. `[B, 1]` */
function writeGate(
  writer: NodeWriter,
  adapter: Adapter,
  { ngrams, absent }: { readonly ngrams: NgramNodes; readonly absent: Absence },
): string {
  const hasNgrams = bucketsOf(adapter).length > 0;
  const others = absent.coverage;
  // The mean of those that there are; of none of them 1.
  const [share, rest] = hasNgrams ? (others === null ? [1, 0] : [0.5, others / 2]) : [0, others ?? 1];
  const scaled = writer.node('Mul', [ngrams.coverage(), writer.float(share)]);
  const coverage = writer.node('Add', [scaled, writer.float(rest)]);
  const quantiles = writer.store('float32', [1, COVERAGE_QUANTILES], numbersOf(adapter.tensors, COVERAGE));
  const column = writer.node('Unsqueeze', [coverage, writer.int64s([1])]);
  const isBelow = writer.cast(writer.node('LessOrEqual', [quantiles, column]), 'float32');
  const below = writer.node('ReduceSum', [isBelow, writer.int64s([1])], { attributes: { keepdims: { int: 1 } } });
  const heard = writer.node('Div', [writer.node('Mul', [below, writer.float(2)]), writer.float(COVERAGE_QUANTILES)]);
  return writer.node('Min', [heard, writer.float(1)]);
}

function bucketsOf({ tensors }: Adapter): Int32Array {
  const buckets = tensors[BUCKETS]?.data;
  if (buckets instanceof Int32Array) return buckets;
  throw new Error('internal: an adapter without n-gram buckets');
}

function numbersOf(tensors: AdapterTensors, name: string): Float32Array {
  const numbers = tensors[name]?.data;
  if (numbers instanceof Float32Array) return numbers;
  throw new Error(`internal: an adapter without "${name}"`);
}

const storeTensor = (writer: NodeWriter, tensors: AdapterTensors, name: string): string =>
  writer.store('float32', tensors[name]?.dims ?? [], numbersOf(tensors, name));

/** A graph's nodes after the writer's, its inputs bound to values that are there. @returns its answers */
function append(writer: NodeWriter, graph: OnnxGraph, bound: ReadonlyMap<string, string>): string {
  const names = new Map(bound);
  const nameOf = (name: string): string => (name === '' ? '' : (names.get(name) ?? `levigate/head/${name}`));
  writer.append({
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(nameOf),
      outputs: node.outputs.map((name) => `levigate/head/${name}`),
    })),
    initializers: graph.initializers.map((tensor) => ({ ...tensor, name: nameOf(tensor.name) })),
  });
  return nameOf(ANSWERS);
}
