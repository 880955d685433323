import type { ComparedMethod } from '../../contract/levi.ts';
import { tensor } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import { BUCKETS, COVERAGE, createAdapter, MEAN, SCALE, taskTables, tensorNeeds } from '../adapter/adapter.ts';
import type { Adapter, AdapterTensors } from '../adapter/adapter.ts';
import { classWeights } from '../data/class-weights.ts';
import { standardiseInPlace } from '../data/standardise.ts';
import type { Standardisation } from '../data/standardise.ts';
import { joinRows } from '../feature-matrix.ts';
import type { FieldsSchema } from '../fields/fields-schema.ts';
import { inferFieldTypes, learnFieldsSchema } from '../fields/learn-fields-schema.ts';
import type { FieldTypes } from '../fields/learn-fields-schema.ts';
import { joinImages } from '../image-set.ts';
import { ruleOf } from '../methods/method-rules.ts';
import { ADAPT_FEATURES } from '../methods/parts.ts';
import type { TrainingRecord } from '../records/training-record.ts';
import { coverageQuantiles, measureCoverage } from '../task-model/coverage-gate.ts';
import { learnNgramVocabulary } from '../task-model/ngram-vocabulary.ts';
import { createTaskReader } from '../task-model/task-reader.ts';
import type { RawTaskInputs } from '../task-model/task-reader.ts';
import { CENTER, DEVIATION, INVERSE_TEMPERATURE, SCALE_OF_TARGET } from '../tasks/family-graphs.ts';
import { standardiseTargets } from '../tasks/standardise-targets.ts';
import { encodeTargets, outputsOf } from '../tasks/targets.ts';
import type { Question } from '../tasks/targets.ts';
import type { TrainingData } from '../train/training-data.ts';
import type { AssignedRows, HeldOut } from './assign-rows.ts';
import { createManifest } from './create-manifest.ts';
import type { FineTuneInput } from './events.ts';
import { takeRecords } from './take-records.ts';

/** What a fit is made from. */
export interface FitPlan {
  readonly input: FineTuneInput;
  readonly question: Question;
  /** Positions among the backbone's taps. */
  readonly layers: readonly number[];
  readonly rows: AssignedRows;
}

/** Rows that are learned from, and what is learned of them before the labels are used. */
export interface Fit {
  readonly data: TrainingData;
  readonly hasText: boolean;
  /** Of the fields that its task model reads. */
  readonly schema: FieldsSchema;
  /** Quantiles of how much of the validation rows is known, while these are not learned from; empty without the gate. */
  readonly coverage: Float32Array;
  /** What records count: their own weight times that of their class, as the rows that are learned from say. */
  readonly weigh: (records: readonly TrainingRecord[]) => Float32Array;
  /** The adapter that serves `method` with these weights, with this fit's standardisation and n-grams. */
  readonly adapterOf: (method: ComparedMethod, tensors: AdapterTensors, probeTaps: readonly number[]) => Adapter;
}

/**
 * Standardisation, n-grams, fields and class weights of the given rows. The validation rows join them once every choice is made; `chosen` is
 * then what the choices were made with, whose kinds of fields stay.
 */
export function prepareFit(plan: FitPlan, parts: readonly HeldOut[], chosen?: Fit): Fit {
  const { input, question, layers, rows } = plan;
  const outputs = outputsOf(question);
  const fieldTypes = chosen === undefined ? fieldTypesOf(input) : typesOf(chosen.schema);
  const records = parts.flatMap(({ from, rows: chosen }) => takeRecords(from, chosen));
  const features = joinRows(
    parts.map(({ from, rows: chosen }) => ({ features: from.features, rows: chosen })),
    layers,
  );
  const standardisation = standardiseInPlace(features);
  const targets = encodeTargets(records, question, 'validation_file');
  const weigh = createWeigher(records, question, input.config.classWeight);
  const rowWeights = toMeanOne(weigh(records));
  const numbers = standardiseTargets(question.family, targets, rowWeights);
  const raw = rawInputs(parts);
  const vocabulary = learnNgramVocabulary(raw.texts, outputs);
  const reads = {
    schema: learnFieldsSchema(raw.fields, fieldTypes),
    imageSize: raw.images?.size ?? 0,
    hasText: raw.texts.some((text) => text !== ''),
  };
  const readTask = createTaskReader({ vocabulary, ...reads });
  const measure = (): Float32Array => coverageQuantiles(measureCoverage(readTask(rawInputs([rows.validation]))));
  const coverage = chosen?.coverage ?? (input.config.coverageGate ? measure() : new Float32Array(0));
  return {
    data: {
      features,
      ...readTask(raw),
      family: question.family,
      rows: records.length,
      outputs,
      targets: numbers.data,
      targetScale: numbers.scale,
      rowWeights,
    },
    schema: reads.schema,
    hasText: reads.hasText,
    coverage,
    weigh,
    adapterOf: (method, tensors, probeTaps) => {
      const used = ruleOf(method).lastLayerOnly === true ? layers.slice(-1) : layers;
      const { dims, dtype } = tensors[ADAPT_FEATURES] ?? {};
      const adapting = { adaptingWidth: dims?.at(-1) ?? null, isRounded: dtype === 'int8' };
      const manifest = createManifest({ input, question, layers: used, rows, method, probeTaps, ...adapting, reads });
      const shared = {
        ...standardisationTensors(standardisation, { taps: used.length, width: features.width }),
        ...fitTensors({ vocabulary, coverage, numbers }),
      };
      return createAdapter(manifest, pickNeeded(manifest, { ...shared, ...tensors }));
    },
  };
}

/** Of the last taps: a method that reads fewer layers reads the last. */
function standardisationTensors(
  { mean, scale }: Standardisation,
  { taps, width }: { readonly taps: number; readonly width: number },
): AdapterTensors {
  const last = (values: Float32Array): Tensor => tensor(values.slice(values.length - taps * width), [taps, width]);
  return { [MEAN]: last(mean), [SCALE]: last(scale) };
}

interface FitNumbers {
  readonly vocabulary: Int32Array;
  readonly coverage: Float32Array;
  readonly numbers: { readonly center: number; readonly scale: number };
}

function fitTensors({ vocabulary, coverage, numbers }: FitNumbers): AdapterTensors {
  return {
    [BUCKETS]: tensor(vocabulary, [vocabulary.length]),
    [COVERAGE]: tensor(coverage, [coverage.length]),
    // Until they were fitted.
    [INVERSE_TEMPERATURE]: scalar(1),
    [DEVIATION]: scalar(1),
    [CENTER]: scalar(numbers.center),
    [SCALE_OF_TARGET]: scalar(numbers.scale),
  };
}

function pickNeeded(manifest: Adapter['manifest'], tensors: AdapterTensors): AdapterTensors {
  const adapter = createAdapter(manifest, {});
  const { spec } = adapter.architecture;
  const { weights, taskParts } = tensorNeeds(spec);
  const tables = taskParts.flatMap((part) => taskTables(part, adapter)).map(({ name }) => name);
  const names = [
    ...Object.keys(weights),
    ...tables,
    ...(tables.length > 0 ? [BUCKETS] : []),
    ...(spec.isGated ? [COVERAGE] : []),
  ];
  return Object.fromEntries(
    names.map((name) => {
      const found = tensors[name];
      if (found === undefined) throw new Error(`internal: ${manifest.method} was trained without "${name}"`);
      return [name, found];
    }),
  );
}

/** Of the whole training file, so that they are those that its dry run shows. */
function fieldTypesOf({ train, config }: FineTuneInput): FieldTypes {
  return inferFieldTypes(
    train.records.map(({ fields }) => fields),
    config.fieldTypes,
  );
}

function typesOf(schema: FieldsSchema): FieldTypes {
  return Object.fromEntries(schema.map(({ name, type }) => [name, type]));
}

/** What a task model could read of the rows. */
export function rawInputs(parts: readonly HeldOut[]) {
  const records = parts.flatMap(({ from, rows }) => takeRecords(from, rows));
  return {
    texts: records.map(({ text }) => text),
    fields: records.map(({ fields }) => fields),
    images: joinImages(parts.map(({ from, rows }) => ({ images: from.images, rows }))),
  } satisfies RawTaskInputs;
}

const scalar = (value: number): Tensor => tensor(Float32Array.of(value), [1, 1]);

function createWeigher(
  records: readonly TrainingRecord[],
  { family, labels }: Question,
  choice: FineTuneInput['config']['classWeight'],
): Fit['weigh'] {
  const classOf = new Map(family === 'softmax' ? labels.map((label, index) => [label, index] as const) : []);
  const classIn = ({ label }: TrainingRecord): number => classOf.get(String(label)) ?? 0;
  const ofClass = classWeights(labels, Int32Array.from(records, classIn), family === 'softmax' ? choice : null);
  return (weighed) => Float32Array.from(weighed, (record) => (record.weight ?? 1) * (ofClass[classIn(record)] ?? 1));
}

export function toMeanOne(weights: Float32Array): Float32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (weight * weights.length) / total);
}
