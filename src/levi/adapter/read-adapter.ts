import { LevigateError } from '../../contract/errors.ts';
import { firstMistake } from '../../contract/mistakes.ts';
import type { Task } from '../../contract/levi.ts';
import { readSafetensors, tensor } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import { NGRAM_BUCKETS } from '../task-model/ngram-vocabulary.ts';
import { INVERSE_TEMPERATURE, FAMILY_GRAPHS, CENTER } from '../tasks/family-graphs.ts';
import { COVERAGE_QUANTILES } from '../task-model/coverage-gate.ts';
import { assuranceOf } from './assurance-of.ts';
import { areFinite } from './are-finite.ts';
import { BUCKETS, COVERAGE, createAdapter, taskTables, tensorNeeds } from './adapter.ts';
import type { Adapter, AdapterTensors } from './adapter.ts';
import { AdapterManifest, ADAPTER_VERSION, FLOAT_VERSION, MANIFEST_KEY, UNCALIBRATED_VERSION } from './manifest.ts';

/**
 * Reads an adapter, trusting nothing: manifest, every tensor's name, type and shape, finite values, ascending buckets.
 * Throws `adapter_invalid` saying what is wrong.
 */
export function readAdapter(bytes: Uint8Array): Adapter {
  const { tensors, metadata } = readFile(bytes);
  const manifest = readManifest(metadata[MANIFEST_KEY]);
  const adapter = createAdapter(manifest, manifest.version === UNCALIBRATED_VERSION ? uncalibrated(tensors) : tensors);
  assertConsistent(adapter);
  const { weights, rounded, taskParts } = tensorNeeds(adapter.architecture.spec);
  for (const [name, dims] of Object.entries(weights)) {
    const assertStored = name === rounded ? assertBytes : assertTensor;
    assertStored(adapter.tensors[name], name, dims);
  }
  assertCalibration(adapter);
  if (taskParts.length > 0) {
    const buckets = readBuckets(tensors[BUCKETS]);
    for (const { name, rows, width } of taskParts.flatMap((part) => taskTables(part, adapter)))
      assertTensor(tensors[name], name, [rows ?? buckets.length, width]);
  }
  if (adapter.architecture.spec.isGated) assertTensor(tensors[COVERAGE], COVERAGE, [COVERAGE_QUANTILES]);
  assuranceOf(adapter);
  return adapter;
}

function uncalibrated(tensors: AdapterTensors): AdapterTensors {
  return { ...tensors, [INVERSE_TEMPERATURE]: tensor(Float32Array.of(1), [1, 1]) };
}

function readFile(bytes: Uint8Array): ReturnType<typeof readSafetensors> {
  try {
    return readSafetensors(bytes);
  } catch (cause) {
    throw invalid(
      `is not a readable safetensors file (${cause instanceof Error ? cause.message : 'unreadable'})`,
      cause,
    );
  }
}

function readManifest(json: string | undefined): AdapterManifest {
  if (json === undefined) throw invalid('has no manifest: it was not written by Levigate');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw invalid('has a manifest that is not JSON', cause);
  }
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (version !== ADAPTER_VERSION && version !== FLOAT_VERSION && version !== UNCALIBRATED_VERSION) {
    throw invalid(
      `has format version ${String(version)}, this release reads ${UNCALIBRATED_VERSION} to ${ADAPTER_VERSION}. Use the release it was trained with, or train again`,
    );
  }
  const parsed = AdapterManifest.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = firstMistake(parsed.error);
  throw invalid(`has a manifest whose "${path}" is wrong: ${message}`);
}

function assertCalibration({ architecture, tensors }: Adapter): void {
  for (const name of FAMILY_GRAPHS[architecture.spec.family].weights) {
    if (name !== CENTER && !(Number(tensors[name]?.data[0]) > 0)) throw invalid(`has a "${name}" that is not positive`);
  }
}

const FEWEST_LABELS = { single_label: 2, multi_label: 1, regression: 0, ordinal: 2 } as const satisfies Record<
  Task,
  number
>;

function assertConsistent({ manifest, architecture }: Adapter): void {
  const { spec } = architecture;
  if (spec.probeTaps.some((tap) => tap >= spec.taps)) throw invalid('names a probe layer that it does not use');
  if (manifest.method.startsWith('levi') && spec.adaptingWidth === null)
    throw invalid('has no adapting width for its method');
  if (manifest.labels.length < FEWEST_LABELS[manifest.task]) throw invalid('names fewer labels than its task needs');
  if (manifest.task === 'ordinal' && !isAscending(manifest.labels.map(Number)))
    throw invalid('names levels that are not ascending numbers');
  if (new Set(manifest.labels).size !== manifest.labels.length) throw invalid('names a label twice');
}

const isAscending = (levels: readonly number[]): boolean =>
  levels.every((level, index) => Number.isFinite(level) && level > (levels[index - 1] ?? -Infinity));

function assertTensor(tensor: Tensor | undefined, name: string, dims: readonly number[]): void {
  const { data } = assertShape(tensor, name, { dims, dtype: 'float32' });
  if (!(data instanceof Float32Array && areFinite(data)))
    throw invalid(`has a value in "${name}" that is not a finite number`);
}

function assertBytes(tensor: Tensor | undefined, name: string, dims: readonly number[]): void {
  const { data } = assertShape(tensor, name, { dims, dtype: 'int8' });
  if (data instanceof Int8Array && data.includes(-128)) throw invalid(`has a value in "${name}" that is below -127`);
}

function assertShape(
  tensor: Tensor | undefined,
  name: string,
  { dims, dtype }: Pick<Tensor, 'dims' | 'dtype'>,
): Tensor {
  if (tensor === undefined) throw invalid(`lacks the tensor "${name}"`);
  const fits = tensor.dims.length === dims.length && tensor.dims.every((size, axis) => size === dims[axis]);
  if (!fits)
    throw invalid(`has the tensor "${name}" of shape [${tensor.dims.join(', ')}], expected [${dims.join(', ')}]`);
  if (tensor.dtype !== dtype) throw invalid(`has the tensor "${name}" as ${tensor.dtype}, expected ${dtype}`);
  return tensor;
}

function readBuckets(tensor: Tensor | undefined): Int32Array {
  if (tensor === undefined || !(tensor.data instanceof Int32Array) || tensor.dims.length !== 1) {
    throw invalid(`lacks the one-dimensional int32 tensor "${BUCKETS}"`);
  }
  const { data } = tensor;
  const ascending = data.every(
    (bucket, row) => bucket >= 0 && bucket < NGRAM_BUCKETS && bucket > (data[row - 1] ?? -1),
  );
  if (!ascending) throw invalid(`has n-gram buckets that are not ascending within 0 to ${NGRAM_BUCKETS - 1}`);
  return data;
}

function invalid(problem: string, cause?: unknown): LevigateError {
  return new LevigateError('adapter_invalid', `The adapter ${problem}.`, { cause });
}
