import { LevigateError } from '../../contract/errors.ts';
import type { Method } from '../../contract/levi.ts';
import { tensor } from '../../engine/index.ts';
import { BUCKETS, createAdapter, MEAN, SCALE, tensorNeeds } from '../adapter/adapter.ts';
import type { Adapter, AdapterTensors } from '../adapter/adapter.ts';
import { resolveLayers } from '../config.ts';
import { classWeights } from '../data/class-weights.ts';
import { learnStandardisation, standardiseRows } from '../data/standardise.ts';
import { takeRows, takeTaps } from '../feature-matrix.ts';
import { createEvaluationSet } from '../predictor/predictor-pool.ts';
import type { EvaluationSet } from '../predictor/predictor-pool.ts';
import { createNgramEncoder, learnNgramVocabulary } from '../task-model/ngram-vocabulary.ts';
import type { TrainingData } from '../train/training-data.ts';
import { assignRows } from './assign-rows.ts';
import type { AssignedRows } from './assign-rows.ts';
import type { FineTuneInput, LabelledFeatures } from './events.ts';
import { createManifest } from './create-manifest.ts';

/** Everything a run needs that is decided before any training, from the training and validation files alone. */
export interface Run {
  readonly input: FineTuneInput;
  readonly labels: readonly string[];
  /** Positions among the backbone's taps. */
  readonly layers: readonly number[];
  readonly rows: AssignedRows;
  readonly data: TrainingData;
  readonly validation: EvaluationSet;
  readonly test: EvaluationSet;
  /** The adapter that serves `method` with these weights. */
  readonly adapterOf: (method: Method, tensors: AdapterTensors, probeTaps: readonly number[]) => Adapter;
}

export function prepareRun(input: FineTuneInput): Run {
  const { train, validation, config } = input;
  for (const set of [train, ...(validation === undefined ? [] : [validation]), ...input.shifts]) assertFeatures(set);
  const layers = resolveLayers(config.layers, train.features.taps);
  const labels = [...new Set(train.records.map(({ label }) => label))].sort();
  // Refused now rather than after the training; nothing else of the shift files is read here.
  for (const [index, shift] of input.shifts.entries()) targetsOf(shift.records, labels, shiftParam(index));
  const rows = assignRows(input);
  const trainTargets = targetsOf(takeRecords(train, rows.train), labels, 'training_file');
  const selected = { ...train, features: takeTaps(train.features, layers) };
  const standardisation = learnStandardisation(selected.features, rows.train);
  const texts = Array.from(rows.train, (row) => train.records[row]?.text ?? '');
  const vocabulary = learnNgramVocabulary(texts, labels.length);
  const shape = [layers.length, train.features.width];
  const shared = {
    [MEAN]: tensor(standardisation.mean, shape),
    [SCALE]: tensor(standardisation.scale, shape),
    [BUCKETS]: tensor(vocabulary, [vocabulary.length]),
  };
  return {
    input,
    labels,
    layers,
    rows,
    data: {
      features: standardiseRows(selected.features, rows.train, standardisation),
      texts: createNgramEncoder(vocabulary)(texts),
      ngrams: vocabulary.length,
      targets: trainTargets,
      classes: labels.length,
      classWeights: classWeights(labels, trainTargets, config.classWeight),
    },
    validation: evaluationSet(rows.validation.from, rows.validation.rows, labels),
    test: evaluationSet(rows.test.from, rows.test.rows, labels),
    adapterOf: (method, tensors, probeTaps) => {
      const manifest = createManifest({ input, labels, layers, rows, method, probeTaps });
      return createAdapter(manifest, pickNeeded(manifest, { ...shared, ...tensors }));
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
  set: LabelledFeatures,
  rows: Int32Array,
  labels: readonly string[],
  file?: string,
): EvaluationSet {
  const records = takeRecords(set, rows);
  return createEvaluationSet(
    takeRows(set.features, rows),
    records.map(({ text }) => text),
    targetsOf(records, labels, file ?? 'validation_file'),
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
