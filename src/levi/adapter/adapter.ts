import type { Tensor } from '../../engine/index.ts';
import { describeArchitecture } from '../methods/architecture.ts';
import type { Architecture, ArchitectureSpec } from '../methods/architecture.ts';
import { METHOD_RULES } from '../methods/method-rules.ts';
import { ADAPT_FEATURES, PART_RULES } from '../methods/parts.ts';
import type { PartKey, PartRule, TaskPart } from '../methods/parts.ts';
import { embeddingSizes } from '../task-model/field-embeddings.ts';
import { createTaskReader, describeTaskModel } from '../task-model/task-reader.ts';
import type { TaskReader } from '../task-model/task-reader.ts';
import { embeddingTable, NGRAM_TABLE } from '../task-model/task-tables.ts';
import { FAMILY_GRAPHS } from '../tasks/family-graphs.ts';
import { FAMILY_OF } from '../tasks/family.ts';
import { outputsOf } from '../tasks/targets.ts';
import type { AdapterManifest } from './manifest.ts';

export type AdapterTensors = Readonly<Record<string, Tensor>>;

/** A trained LEVI artefact (or the baseline served in its place): typed arrays and what they mean. */
export interface Adapter {
  readonly manifest: AdapterManifest;
  readonly architecture: Architecture;
  /** Of the outputs; the levels of an ordinal task, nothing for regression. */
  readonly labels: readonly string[];
  /** Positions among the backbone's taps that it reads. */
  readonly layers: readonly number[];
  readonly tensors: AdapterTensors;
  /** Null where the method has no task model. */
  readonly readTask: TaskReader | null;
}

/** Validation quantiles of the coverage, `[101]`, of gated adapters. */
export const COVERAGE = 'levi.coverage';
export const BUCKETS = 'ngrams.buckets';
export const MEAN = 'standardisation.mean';
export const SCALE = 'standardisation.scale';

/** `tensors` must fit the manifest; `readAdapter` checks those that come from outside. */
export function createAdapter(manifest: AdapterManifest, tensors: AdapterTensors): Adapter {
  const vocabulary = tensors[BUCKETS]?.data;
  return {
    manifest,
    architecture: describeArchitecture(specOf(manifest)),
    labels: manifest.labels,
    layers: manifest.layers,
    tensors,
    readTask: vocabulary instanceof Int32Array ? createTaskReader({ vocabulary, ...readsOf(manifest) }) : null,
  };
}

function readsOf({ fields = [], image_size = 0 }: AdapterManifest): Parameters<typeof describeTaskModel>[0] {
  return { schema: fields, imageSize: image_size };
}

function specOf(manifest: AdapterManifest): ArchitectureSpec {
  const family = FAMILY_OF[manifest.task];
  return {
    method: manifest.method,
    taps: manifest.layers.length,
    width: manifest.width,
    family,
    outputs: outputsOf({ family, labels: manifest.labels }),
    adaptingWidth: manifest.adapting_width,
    isRounded: manifest.adapting_encoding !== undefined,
    probeTaps: manifest.probe_taps,
    task: describeTaskModel(readsOf(manifest)),
    isGated: manifest.coverage_gate ?? false,
  };
}

export interface TensorNeeds {
  /** Inputs of the graph, with their shapes. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** The one of them that is stored in bytes, or null; all others are floats. */
  readonly rounded: string | null;
  /** Parts with a task model, whose tables stay on the host. */
  readonly taskParts: readonly TaskPart[];
}

/** The tensors that an architecture's adapters hold, beside the tables of their task models. */
export function tensorNeeds(spec: ArchitectureSpec): TensorNeeds {
  const rule = METHOD_RULES[spec.method];
  const keys: readonly PartKey[] = rule.parts;
  const parts: readonly PartRule[] = keys.map((key) => PART_RULES[key]);
  const readsFeatures = parts.some((part) => part.readsFeatures);
  const standardisation = { [MEAN]: [spec.taps, spec.width], [SCALE]: [spec.taps, spec.width] };
  const calibration = Object.fromEntries(FAMILY_GRAPHS[spec.family].weights.map((name) => [name, [1, 1]]));
  const weights = parts.map((part) => part.weights(spec));
  return {
    weights: Object.assign({}, readsFeatures ? standardisation : {}, calibration, ...weights, rule.weights),
    rounded: spec.isRounded ? ADAPT_FEATURES : null,
    taskParts: parts.flatMap(({ taskModel }) => taskModel ?? []),
  };
}

/** Names of a task model's tables and how wide they are; the n-grams' first. */
export function taskTables(
  part: TaskPart,
  { manifest, architecture }: Pick<Adapter, 'manifest' | 'architecture'>,
): readonly TableNeed[] {
  const { outputs } = architecture.spec;
  const fields = embeddingSizes(readsOf(manifest).schema).map(({ rows, width }, field) => {
    return { name: `${part}.${embeddingTable(field)}`, rows, width };
  });
  return [{ name: `${part}.${NGRAM_TABLE}`, rows: null, width: outputs }, ...fields];
}

interface TableNeed {
  readonly name: string;
  /** Null: as many as there are n-gram buckets. */
  readonly rows: number | null;
  readonly width: number;
}
