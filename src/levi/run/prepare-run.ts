import { LevigateError } from '../../contract/errors.ts';
import { resolveLayers } from '../config.ts';
import type { LeviConfig } from '../config.ts';
import { takeRows } from '../feature-matrix.ts';
import { ruleOf } from '../methods/method-rules.ts';
import { createEvaluationSet } from '../predictor/predictor-pool.ts';
import type { EvaluationSet } from '../predictor/predictor-pool.ts';
import { hasNetworks } from '../task-model/task-inputs.ts';
import { askQuestion, encodeTargets } from '../tasks/targets.ts';
import type { Question } from '../tasks/targets.ts';
import { assignRows } from './assign-rows.ts';
import type { AssignedRows, HeldOut } from './assign-rows.ts';
import type { FineTuneInput, LabelledFeatures } from './events.ts';
import { takeRecords } from './take-records.ts';
import { prepareFit, rawInputs, toMeanOne } from './prepare-fit.ts';
import type { Fit, FitPlan } from './prepare-fit.ts';

/** What is decided before any training, from the training and validation files alone. */
export interface Run extends FitPlan {
  /** The configuration as it was asked for; that of the input may come from a search. */
  readonly requested: LeviConfig;
  readonly validation: EvaluationSet;
  /** What each validation row counts: its own weight times its class's, their mean made 1. */
  readonly validationWeights: Float32Array;
  readonly test: EvaluationSet;
  /** The rows to learn from while choosing. */
  readonly choosing: Fit;
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

function assertServable(method: FineTuneInput['config']['method'], { data }: Fit): void {
  if (method === 'auto' || ruleOf(method).needsNetworks !== true || hasNetworks(data)) return;
  throw new LevigateError(
    'unsupported_option',
    `levi.method: "${method}" needs fields or images, and the training file has none that say anything. Use "levi+ensemble" or "auto".`,
    { param: 'levi.method' },
  );
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
