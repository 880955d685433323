import { LevigateError } from '../../contract/errors.ts';
import type { ComparedMethod } from '../../contract/levi.ts';
import { tensor } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import { BUCKETS, COVERAGE, createAdapter, MEAN, SCALE, taskTables, tensorNeeds } from '../adapter/adapter.ts';
import type { Adapter, AdapterTensors } from '../adapter/adapter.ts';
import { resolveLayers } from '../config.ts';
import type { LeviConfig } from '../config.ts';
import { classWeights } from '../data/class-weights.ts';
import { standardiseInPlace } from '../data/standardise.ts';
import { joinRows, takeRows } from '../feature-matrix.ts';
import type { FieldsSchema } from '../fields/fields-schema.ts';
import { inferFieldTypes, learnFieldsSchema } from '../fields/learn-fields-schema.ts';
import type { FieldTypes } from '../fields/learn-fields-schema.ts';
import { joinImages } from '../image-set.ts';
import { ADAPT_FEATURES } from '../methods/parts.ts';
import { ruleOf } from '../methods/method-rules.ts';
import { createEvaluationSet } from '../predictor/predictor-pool.ts';
import type { EvaluationSet } from '../predictor/predictor-pool.ts';
import type { TrainingRecord } from '../records/training-record.ts';
import { coverageQuantiles, measureCoverage } from '../task-model/coverage-gate.ts';
import { learnNgramVocabulary } from '../task-model/ngram-vocabulary.ts';
import { hasNetworks } from '../task-model/task-inputs.ts';
import { createTaskReader } from '../task-model/task-reader.ts';
import type { RawTaskInputs } from '../task-model/task-reader.ts';
import { CENTER, DEVIATION, INVERSE_TEMPERATURE, SCALE_OF_TARGET } from '../tasks/family-graphs.ts';
import { standardiseTargets } from '../tasks/standardise-targets.ts';
import { askQuestion, encodeTargets, outputsOf } from '../tasks/targets.ts';
import type { Question } from '../tasks/targets.ts';
import type { TrainingData } from '../train/training-data.ts';
import { assignRows } from './assign-rows.ts';
import type { AssignedRows, HeldOut } from './assign-rows.ts';
import { createManifest } from './create-manifest.ts';
import type { FineTuneInput, LabelledFeatures } from './events.ts';
import { takeRecords } from './take-records.ts';

/** What is decided before any training, from the training and validation files alone. */
export interface Run {
  readonly input: FineTuneInput;
  /** The configuration as it was asked for; that of the input may come from a search. */
  readonly requested: LeviConfig;
  readonly question: Question;
  /** Positions among the backbone's taps. */
  readonly layers: readonly number[];
  readonly rows: AssignedRows;
  readonly validation: EvaluationSet;
  /** What each validation row counts: its own weight times its class's, their mean made 1. */
  readonly validationWeights: Float32Array;
  readonly test: EvaluationSet;
  /** The rows to learn from while choosing. */
  readonly choosing: Fit;
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

export function prepareRun(input: FineTuneInput): Run {
  const { train, validation, config } = input;
  for (const set of [train, ...(validation === undefined ? [] : [validation]), ...input.shifts]) assertFeatures(set);
  const layers = resolveLayers(config.layers, train.features.taps);
  const question = askQuestion(train.records, config.task);
  // Refused now rather than after the training; nothing else of the shift files is read here.
  for (const [index, shift] of input.shifts.entries()) encodeTargets(shift.records, question, shiftParam(index));
  return prepareRows({ input, requested: config, question, layers }, assignRows(input));
}

/** What is learned of the rows that a run is given. */
export function prepareRows(
  { input, requested, question, layers }: Pick<Run, 'input' | 'requested' | 'question' | 'layers'>,
  rows: AssignedRows,
): Run {
  const plan = { input, requested, question, layers, rows };
  const choosing = prepareFit(plan, [{ from: input.train, rows: rows.train }]);
  assertServable(requested.method, choosing);
  return {
    ...plan,
    validation: evaluationSet(rows.validation, question),
    validationWeights: toMeanOne(choosing.weigh(takeRecords(rows.validation.from, rows.validation.rows))),
    test: evaluationSet(rows.test, question),
    choosing,
  };
}

/**
 * Standardisation, n-grams, fields and class weights of the given rows. The validation rows join them once every choice is made; `chosen` is
 * then what the choices were made with, whose kinds of fields stay.
 */
export function prepareFit(
  run: Pick<Run, 'input' | 'question' | 'layers' | 'rows'>,
  parts: readonly HeldOut[],
  chosen?: Fit,
): Fit {
  const { input, question, layers, rows } = run;
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
  const { width } = features;
  const standardisationOf = (used: readonly number[]): AdapterTensors => {
    const start = (layers.length - used.length) * width;
    const shape = [used.length, width];
    return {
      [MEAN]: tensor(standardisation.mean.slice(start), shape),
      [SCALE]: tensor(standardisation.scale.slice(start), shape),
    };
  };
  const shared = {
    [BUCKETS]: tensor(vocabulary, [vocabulary.length]),
    [COVERAGE]: tensor(coverage, [coverage.length]),
    // Until they were fitted.
    [INVERSE_TEMPERATURE]: scalar(1),
    [DEVIATION]: scalar(1),
    [CENTER]: scalar(numbers.center),
    [SCALE_OF_TARGET]: scalar(numbers.scale),
  };
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
      return createAdapter(manifest, pickNeeded(manifest, { ...standardisationOf(used), ...shared, ...tensors }));
    },
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

/** The request's name of a shift file. */
export function shiftParam(index: number): string {
  return `levi.shift_files[${index}].file`;
}

/** Rows of a set, ready to be answered with every tap, as in serving. */
export function evaluationSet({ from, rows }: HeldOut, question: Question, file = 'validation_file'): EvaluationSet {
  const records = takeRecords(from, rows);
  const inputs = { features: takeRows(from.features, rows), ...rawInputs([{ from, rows }]) };
  return createEvaluationSet(inputs, encodeTargets(records, question, file));
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

function assertServable(method: FineTuneInput['config']['method'], { data }: Fit): void {
  if (method === 'auto' || ruleOf(method).needsNetworks !== true || hasNetworks(data)) return;
  throw new LevigateError(
    'unsupported_option',
    `levi.method: "${method}" needs fields or images, and the training file has none that say anything. Use "levi+ensemble" or "auto".`,
    { param: 'levi.method' },
  );
}

/** What a task model could read of the rows. */
function rawInputs(parts: readonly HeldOut[]) {
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

function toMeanOne(weights: Float32Array): Float32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (weight * weights.length) / total);
}

function assertFeatures({ records, features, images }: LabelledFeatures): void {
  if (records.length !== features.rows) throw new Error('internal: as many feature rows as records are needed');
  if (images !== undefined && images.rows !== records.length)
    throw new Error('internal: as many images as records are needed');
  if (features.data.length !== features.rows * features.taps * features.width)
    throw new Error('internal: a feature matrix of another size than it says');
  if (!isAllFinite(features.data)) {
    throw new LevigateError(
      'training_failed',
      'The backbone gave features that are not finite numbers. Prepare the backbone again, or choose another data type for it.',
    );
  }
}

// A plain loop: `every` with a callback takes seconds on the features of 100,000 rows.
function isAllFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return false;
  return true;
}
