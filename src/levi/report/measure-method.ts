import type { MethodReport, ShiftKind } from '../../contract/report.ts';
import { createRandom } from '../../engine/index.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { MEAN, SCALE, taskTables, tensorNeeds } from '../adapter/adapter.ts';
import { readAdapter } from '../adapter/read-adapter.ts';
import { writeAdapter } from '../adapter/write-adapter.ts';
import type { Candidate } from '../run/candidate.ts';
import { CALIBRATIONS } from '../calibration/calibrate.ts';
import { ADAPT_SCALE } from '../methods/parts.ts';
import { TASK_METRICS } from '../metrics/task-metric.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import type { Question } from '../tasks/targets.ts';
import type { ValidationScore } from '../train/training-data.ts';
import type { EvaluationSet, PredictorPool } from '../predictor/predictor-pool.ts';
import { measureUnderShift } from '../metrics/under-shift.ts';
import { measureLatency } from './measure-latency.ts';
import { measureSplit } from './measure-split.ts';

export interface NamedSet {
  readonly name: string;
  readonly kind: Exclude<ShiftKind, 'group'>;
  readonly set: EvaluationSet;
  /** Rows that a corruption changed. */
  readonly changed?: number;
}

export interface MeasuredMethod {
  readonly report: MethodReport;
  /** The adapter's bytes, as they would be served: the figures are those of these bytes, read back. */
  readonly bytes: Uint8Array;
  readonly test: AnswerMatrix;
  /** What the task's metric averages, per held-out row: right (1) or wrong (0), F1, squared error. */
  readonly testRows: Float64Array;
  /** The same per shift, in the shifts' order. */
  readonly shiftRows: readonly Float64Array[];
}

export interface MeasureInput {
  /** Of the model that was chosen, before the validation rows were learned from. */
  readonly validation: ValidationScore;
  /** The temperature at which the adapter answers; of numbers the deviation of the errors. */
  readonly calibration: number;
  readonly question: Question;
  readonly predictors: PredictorPool;
  readonly test: EvaluationSet;
  readonly shifts: readonly NamedSet[];
}

export async function measureMethod(
  candidate: Candidate,
  { predictors, question, test, shifts, validation, calibration }: MeasureInput,
): Promise<MeasuredMethod> {
  const bytes = writeAdapter(candidate.adapter);
  const adapter = readAdapter(bytes);
  const onTest = await predictors.answer(adapter, test);
  const shiftReports: MethodReport['shifts'] = [];
  const shiftRows: Float64Array[] = [];
  const { rows: rowsOf } = TASK_METRICS[question.family];
  for (const { name, kind, set } of shifts) {
    const answers = await predictors.answer(adapter, set);
    shiftReports.push({ name, kind, ...measureSplit(question, answers, set.targets) });
    shiftRows.push(rowsOf(answers, set.targets));
  }
  const fileRows = shiftRows.filter((_, index) => shifts[index]?.kind === 'file');
  const testRows = rowsOf(onTest, test.targets);
  return {
    bytes,
    test: onTest,
    testRows,
    shiftRows,
    report: {
      method: candidate.method,
      validation_loss: validation.loss,
      validation_score: validation.score,
      calibration: describeCalibration(question, { answers: onTest, targets: test.targets }, calibration),
      id: measureSplit(question, onTest, test.targets),
      shifts: shiftReports,
      ood: measureUnderShift(testRows, fileRows, underShiftOptions(question)),
      groups: null,
      seconds: candidate.seconds,
      added_latency_ms: await measureLatency(predictors, adapter, test),
      parameters: countParameters(adapter),
      bytes: bytes.length,
      detail: { ...candidate.detail },
    },
  };
}

/** Drawn anew for every method from one seed: equal values have equal intervals. */
export function underShiftOptions({ family }: Question): Parameters<typeof measureUnderShift>[2] {
  const { finish, higher_is_better: higherIsBetter, isShare } = TASK_METRICS[family];
  const random = createRandom(1);
  return { finish, higherIsBetter, isShare, uniform: () => random.uniform() };
}

/** The answers before it are computed back from those after: p^T, made to sum to one. */
function describeCalibration(
  question: Question,
  { answers, targets }: { readonly answers: AnswerMatrix; readonly targets: EvaluationSet['targets'] },
  value: number,
): MethodReport['calibration'] {
  if (question.family === 'squared') return { temperature: null, deviation: value, ece_before: null, ece_after: null };
  const raw = CALIBRATIONS[question.family].apply(answers, 1 / value);
  return {
    temperature: value,
    deviation: null,
    ece_before: measureSplit(question, raw, targets).ece ?? null,
    ece_after: measureSplit(question, answers, targets).ece ?? null,
  };
}

/** Numbers that were learned from labels; standardisation is not, and the scales of rounded weights are no further ones. */
function countParameters(adapter: Adapter): number {
  const { architecture, tensors } = adapter;
  const { weights, taskParts } = tensorNeeds(architecture.spec);
  const tables = taskParts.flatMap((part) => taskTables(part, adapter)).map(({ name }) => name);
  const names = [...Object.keys(weights), ...tables].filter((name) => ![MEAN, SCALE, ADAPT_SCALE].includes(name));
  return names.reduce((total, name) => total + (tensors[name]?.data.length ?? 0), 0);
}
