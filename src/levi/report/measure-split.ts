import type { SplitMetrics } from '../../contract/report.ts';
import { classesOf } from '../calibration/calibrate.ts';
import { correctness, expectedCalibrationError, macroF1 } from '../metrics/classification-metrics.ts';
import {
  countLabels,
  exactMatches,
  labelCalibrationError,
  macroF1OfLabels,
  microF1,
} from '../metrics/multi-label-metrics.ts';
import { determination, meanAbsoluteError, nearestLevels } from '../metrics/number-metrics.ts';
import { shareWithInterval } from '../metrics/share-interval.ts';
import { TASK_METRICS } from '../metrics/task-metric.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { rowLosses, weightedMean } from '../tasks/family-scores.ts';
import type { Family } from '../tasks/family.ts';
import type { Question, Targets } from '../tasks/targets.ts';

/** All of the report's figures for one method on one set of rows. Rows and classes count alike here, whatever weight they had in training. */
export function measureSplit(question: Question, answers: AnswerMatrix, targets: Targets): SplitMetrics {
  const metric = TASK_METRICS[question.family];
  return {
    n: targets.rows,
    score: metric.figure(metric.rows(answers, targets)),
    loss: weightedMean(rowLosses(question.family, answers, targets)),
    ...FURTHER[question.family](answers, targets, question),
  };
}

type Further = (answers: AnswerMatrix, targets: Targets, question: Question) => Partial<SplitMetrics>;

const FURTHER = {
  softmax: (answers, targets) => {
    const classes = classesOf(targets);
    return {
      accuracy: shareWithInterval(correctness(answers, classes)),
      macro_f1: macroF1(answers, classes),
      ece: expectedCalibrationError(answers, classes),
    };
  },
  sigmoid: (answers, targets) => {
    const counts = countLabels(answers, targets);
    return {
      macro_f1: macroF1OfLabels(counts),
      micro_f1: microF1(counts),
      exact_match: weightedMean(exactMatches(answers, targets)),
      ece: labelCalibrationError(answers, targets),
    };
  },
  squared: (answers, targets, { levels }) => ({
    mae: meanAbsoluteError(answers, targets),
    r2: determination(answers, targets),
    ...(levels.length === 0 ? {} : { accuracy: shareWithInterval(levelHits(answers, targets, levels)) }),
  }),
} as const satisfies Record<Family, Further>;

function levelHits(answers: AnswerMatrix, targets: Targets, levels: readonly number[]): Uint8Array {
  const truth = nearestLevels(targets.data, levels);
  return Uint8Array.from(nearestLevels(answers.data, levels), (level, row) => (level === truth[row] ? 1 : 0));
}
