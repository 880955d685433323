import type { MethodReport } from '../../contract/report.ts';
import { tensorNeeds } from '../adapter/adapter.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { MEAN, SCALE } from '../adapter/adapter.ts';
import { readAdapter } from '../adapter/read-adapter.ts';
import { writeAdapter } from '../adapter/write-adapter.ts';
import type { Candidate } from '../fine-tune/build-candidates.ts';
import type { ValidationScore } from '../fine-tune/train-context.ts';
import { correctness, expectedCalibrationError } from '../metrics/classification-metrics.ts';
import { atTemperature } from '../calibration/temperature.ts';
import type { Probabilities } from '../metrics/classification-metrics.ts';
import type { EvaluationSet, PredictorPool } from '../predictor/predictor-pool.ts';
import { measureSplit } from './measure-split.ts';

export interface NamedSet {
  readonly name: string;
  readonly set: EvaluationSet;
}

export interface MeasuredMethod {
  readonly report: MethodReport;
  /** The adapter's bytes, as they would be served: the figures are those of these bytes, read back. */
  readonly bytes: Uint8Array;
  readonly test: Probabilities;
  /** Right (1) or wrong (0) per held-out row. */
  readonly testCorrect: Uint8Array;
  /** The same per shift, in the shifts' order. */
  readonly shiftsCorrect: readonly Uint8Array[];
}

export interface MeasureInput {
  /** Of the model that was chosen, before the validation rows were learned from. */
  readonly validation: ValidationScore;
  /** At which the adapter answers. */
  readonly temperature: number;
  readonly predictors: PredictorPool;
  readonly test: EvaluationSet;
  readonly shifts: readonly NamedSet[];
}

export async function measureMethod(
  candidate: Candidate,
  { predictors, test, shifts, validation, temperature }: MeasureInput,
): Promise<MeasuredMethod> {
  const bytes = writeAdapter(candidate.adapter);
  const adapter = readAdapter(bytes);
  const onTest = await predictors.answer(adapter, test);
  const shiftReports: MethodReport['shifts'] = [];
  const shiftsCorrect: Uint8Array[] = [];
  for (const { name, set } of shifts) {
    const probabilities = await predictors.answer(adapter, set);
    shiftReports.push({ name, ...measureSplit(probabilities, set.targets) });
    shiftsCorrect.push(correctness(probabilities, set.targets));
  }
  return {
    bytes,
    test: onTest,
    testCorrect: correctness(onTest, test.targets),
    shiftsCorrect,
    report: {
      method: candidate.method,
      validation_loss: validation.loss,
      validation_accuracy: validation.accuracy,
      calibration: describeCalibration(onTest, test.targets, temperature),
      id: measureSplit(onTest, test.targets),
      shifts: shiftReports,
      seconds: candidate.seconds,
      parameters: countParameters(adapter),
      bytes: bytes.length,
      detail: { ...candidate.detail },
    },
  };
}

/** The answers before it are computed back from those after: p^T, made to sum to one. */
function describeCalibration(
  probabilities: Probabilities,
  targets: Int32Array,
  temperature: number,
): MethodReport['calibration'] {
  const raw = atTemperature(probabilities, 1 / temperature);
  return {
    temperature,
    ece_before: expectedCalibrationError(raw, targets),
    ece_after: expectedCalibrationError(probabilities, targets),
  };
}

/** Numbers that were learned from labels; standardisation is not. */
function countParameters({ architecture, tensors }: Adapter): number {
  const { weights, tables } = tensorNeeds(architecture.spec);
  const names = [...Object.keys(weights), ...tables].filter((name) => name !== MEAN && name !== SCALE);
  return names.reduce((total, name) => total + (tensors[name]?.data.length ?? 0), 0);
}
