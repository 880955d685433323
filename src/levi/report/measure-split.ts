import type { SplitMetrics } from '../../contract/report.ts';
import { correctness, crossEntropy, expectedCalibrationError, macroF1 } from '../metrics/classification-metrics.ts';
import type { Probabilities } from '../metrics/classification-metrics.ts';
import { shareWithInterval } from '../metrics/intervals.ts';

/** All of the report's figures for one method on one set of rows. The loss is not weighted by class. */
export function measureSplit(probabilities: Probabilities, targets: Int32Array): SplitMetrics {
  return {
    n: targets.length,
    accuracy: shareWithInterval(correctness(probabilities, targets)),
    macro_f1: macroF1(probabilities, targets),
    loss: crossEntropy(probabilities, targets),
    ece: expectedCalibrationError(probabilities, targets),
  };
}
