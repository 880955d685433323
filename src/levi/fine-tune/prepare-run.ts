import { LevigateError } from '../../contract/errors.ts';
import type { ComparedMethod } from '../../contract/levi.ts';
import { tensor } from '../../engine/index.ts';
import { BUCKETS, createAdapter, INVERSE_TEMPERATURE, MEAN, SCALE, tensorNeeds } from '../adapter/adapter.ts';
import type { Adapter, AdapterTensors } from '../adapter/adapter.ts';
import { resolveLayers } from '../config.ts';
import { classWeights } from '../data/class-weights.ts';
import { standardiseInPlace } from '../data/standardise.ts';
import { joinRows, takeRows } from '../feature-matrix.ts';
import { createEvaluationSet } from '../predictor/predictor-pool.ts';
import type { EvaluationSet } from '../predictor/predictor-pool.ts';
import { createNgramEncoder, learnNgramVocabulary } from '../task-model/ngram-vocabulary.ts';
import type { TrainingData } from '../train/training-data.ts';
import { ruleOf } from '../methods/method-rules.ts';
import { assignRows } from './assign-rows.ts';
import type { AssignedRows, HeldOut } from './assign-rows.ts';
import type { FineTuneInput, LabelledFeatures } from './events.ts';
import { createManifest } from './create-manifest.ts';

/** What is decided before any training, from the training and validation files alone. */
export interface Run {
  readonly input: FineTuneInput;
  readonly labels: readonly string[];
  /** Positions among the backbone's taps. */
  readonly layers: readonly number[];
  readonly rows: AssignedRows;
  readonly validation: EvaluationSet;
  readonly test: EvaluationSet;
  /** The rows to learn from while choosing. */
  readonly choosing: Fit;
}

/** Rows that are learned from, and what is learned of them before the labels are used. */
export interface Fit {
  readonly data: TrainingData;
  /** The adapter that serves `method` with these weights, with this fit's standardisation and n-grams. */
  readonly adapterOf: (method: ComparedMethod, tensors: AdapterTensors, probeTaps: readonly number[]) => Adapter;
}

export function prepareRun(input: FineTuneInput): Run {
  const { train, validation, config } = input;
  for (const set of [train, ...(validation === undefined ? [] : [validation]), ...input.shifts]) assertFeatures(set);
  const layers = resolveLayers(config.layers, train.features.taps);
  const labels = [...new Set(train.records.map(({ label }) => label))].sort();
  // Refused now rather than after the training; nothing else of the shift files is read here.
  for (const [index, shift] of input.shifts.entries()) targetsOf(shift.records, labels, shiftParam(index));
  const rows = assignRows(input);
  const plan = { input, labels, layers, rows };
  return {
    ...plan,
    validation: evaluationSet(rows.validation, labels),
    test: evaluationSet(rows.test, labels),
    choosing: prepareFit(plan, [{ from: train, rows: rows.train }]),
  };
}

/** Standardisation, n-grams and class weights of the given rows; the validation rows join them once every choice is made. */
export function prepareFit(run: Omit<Run, 'validation' | 'test' | 'choosing'>, parts: readonly HeldOut[]): Fit {
  const { input, labels, layers, rows } = run;
  const records = parts.flatMap(({ from, rows: chosen }) => takeRecords(from, chosen));
  const features = joinRows(
    parts.map(({ from, rows: chosen }) => ({ features: from.features, rows: chosen })),
    layers,
  );
  const standardisation = standardiseInPlace(features);
  const texts = records.map(({ text }) => text);
  const targets = targetsOf(records, labels, 'validation_file');
  const vocabulary = learnNgramVocabulary(texts, labels.length);
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
    // Until one was fitted.
    [INVERSE_TEMPERATURE]: tensor(Float32Array.of(1), [1, 1]),
  };
  return {
    data: {
      features,
      texts: createNgramEncoder(vocabulary)(texts),
      ngrams: vocabulary.length,
      targets,
      classes: labels.length,
      classWeights: classWeights(labels, targets, input.config.classWeight),
    },
    adapterOf: (method, tensors, probeTaps) => {
      const used = ruleOf(method).lastLayerOnly === true ? layers.slice(-1) : layers;
      const adaptingWidth = tensors['levi.adapt_features']?.dims.at(-1) ?? null;
      const manifest = createManifest({ input, labels, layers: used, rows, method, probeTaps, adaptingWidth });
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
export function evaluationSet(
  { from, rows }: HeldOut,
  labels: readonly string[],
  file = 'validation_file',
): EvaluationSet {
  const records = takeRecords(from, rows);
  return createEvaluationSet(
    takeRows(from.features, rows),
    records.map(({ text }) => text),
    targetsOf(records, labels, file),
  );
}

function takeRecords(set: LabelledFeatures, rows: Int32Array): LabelledFeatures['records'] {
  return Array.from(rows, (row) => {
    const record = set.records[row];
    if (record === undefined) throw new Error('internal: a row outside of its file');
    return record;
  });
}

function targetsOf(records: LabelledFeatures['records'], labels: readonly string[], file: string): Int32Array {
  const classOf = new Map(labels.map((label, index) => [label, index]));
  return Int32Array.from(records, ({ label }) => {
    const target = classOf.get(label);
    if (target !== undefined) return target;
    throw new LevigateError(
      'invalid_training_file',
      `${file}, field "label": "${label}" does not occur in the training file. Correct the spelling, or add examples of it.`,
      { param: file },
    );
  });
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
