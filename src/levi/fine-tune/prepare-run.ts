import { LevigateError } from '../../contract/errors.ts';
import type { ComparedMethod } from '../../contract/levi.ts';
import { tensor } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import { BUCKETS, createAdapter, MEAN, SCALE, tensorNeeds } from '../adapter/adapter.ts';
import type { Adapter, AdapterTensors } from '../adapter/adapter.ts';
import { resolveLayers } from '../config.ts';
import { classWeights } from '../data/class-weights.ts';
import { standardiseInPlace } from '../data/standardise.ts';
import { joinRows, takeRows } from '../feature-matrix.ts';
import { ruleOf } from '../methods/method-rules.ts';
import { createEvaluationSet } from '../predictor/predictor-pool.ts';
import type { EvaluationSet } from '../predictor/predictor-pool.ts';
import type { TrainingRecord } from '../records/training-record.ts';
import { createNgramEncoder, learnNgramVocabulary } from '../task-model/ngram-vocabulary.ts';
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
  const rows = assignRows(input);
  const plan = { input, question, layers, rows };
  const choosing = prepareFit(plan, [{ from: train, rows: rows.train }]);
  return {
    ...plan,
    validation: evaluationSet(rows.validation, question),
    validationWeights: toMeanOne(choosing.weigh(takeRecords(rows.validation.from, rows.validation.rows))),
    test: evaluationSet(rows.test, question),
    choosing,
  };
}

/** Standardisation, n-grams and class weights of the given rows; the validation rows join them once every choice is made. */
export function prepareFit(run: Pick<Run, 'input' | 'question' | 'layers' | 'rows'>, parts: readonly HeldOut[]): Fit {
  const { input, question, layers, rows } = run;
  const outputs = outputsOf(question);
  const records = parts.flatMap(({ from, rows: chosen }) => takeRecords(from, chosen));
  const features = joinRows(
    parts.map(({ from, rows: chosen }) => ({ features: from.features, rows: chosen })),
    layers,
  );
  const standardisation = standardiseInPlace(features);
  const texts = records.map(({ text }) => text);
  const targets = encodeTargets(records, question, 'validation_file');
  const weigh = createWeigher(records, question, input.config.classWeight);
  const rowWeights = toMeanOne(weigh(records));
  const numbers = standardiseTargets(question.family, targets, rowWeights);
  const vocabulary = learnNgramVocabulary(texts, outputs);
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
    // Until they were fitted.
    [INVERSE_TEMPERATURE]: scalar(1),
    [DEVIATION]: scalar(1),
    [CENTER]: scalar(numbers.center),
    [SCALE_OF_TARGET]: scalar(numbers.scale),
  };
  return {
    data: {
      features,
      texts: createNgramEncoder(vocabulary)(texts),
      ngrams: vocabulary.length,
      family: question.family,
      rows: records.length,
      outputs,
      targets: numbers.data,
      rowWeights,
    },
    weigh,
    adapterOf: (method, tensors, probeTaps) => {
      const used = ruleOf(method).lastLayerOnly === true ? layers.slice(-1) : layers;
      const adaptingWidth = tensors['levi.adapt_features']?.dims.at(-1) ?? null;
      const manifest = createManifest({ input, question, layers: used, rows, method, probeTaps, adaptingWidth });
      return createAdapter(manifest, pickNeeded(manifest, { ...standardisationOf(used), ...shared, ...tensors }));
    },
  };
}

function pickNeeded(manifest: Adapter['manifest'], tensors: AdapterTensors): AdapterTensors {
  const { spec } = createAdapter(manifest, {}).architecture;
  const { weights, tables } = tensorNeeds(spec);
  const names = [...Object.keys(weights), ...tables, ...(tables.length > 0 ? [BUCKETS] : [])];
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
  return createEvaluationSet(
    takeRows(from.features, rows),
    records.map(({ text }) => text),
    encodeTargets(records, question, file),
  );
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

function assertFeatures({ records, features }: LabelledFeatures): void {
  if (records.length !== features.rows) throw new Error('internal: as many feature rows as records are needed');
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
