import type { Figure, Metric } from '../../contract/report.ts';
import { createRandom } from '../../engine/index.ts';
import { classesOf } from '../calibration/calibrate.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { rowLosses, weightedMean } from '../tasks/family-scores.ts';
import type { Family } from '../tasks/family.ts';
import type { Targets } from '../tasks/targets.ts';
import { correctness } from './classification-metrics.ts';
import { meanWithBootstrap } from './paired-difference.ts';
import { shareWithInterval } from './share-interval.ts';
import { exampleF1 } from './multi-label-metrics.ts';

/** The figure that a task's methods are compared by: an average over rows, in a form that people know. */
export interface TaskMetric extends Metric {
  /** What is averaged, per row. */
  readonly rows: (answers: AnswerMatrix, targets: Targets) => Float64Array;
  readonly finish: (mean: number) => number;
  /** Every row's value lies within 0 to 1. */
  readonly isShare: boolean;
  /** The figure of these rows' values, with its 95 % interval. */
  readonly figure: (rows: Float64Array) => Figure;
}

/** The same figure for the same rows. */
function seededBy({ length }: ArrayLike<number>): () => number {
  const random = createRandom(length);
  return () => random.uniform();
}

const identity = (mean: number): number => mean;

export const TASK_METRICS = {
  softmax: {
    name: 'accuracy',
    higher_is_better: true,
    rows: (answers, targets) => Float64Array.from(correctness(answers, classesOf(targets))),
    finish: identity,
    isShare: true,
    figure: shareWithInterval,
  },
  sigmoid: {
    name: 'example_f1',
    higher_is_better: true,
    rows: exampleF1,
    finish: identity,
    isShare: true,
    figure: (rows) => meanWithBootstrap(rows, { finish: identity, isShare: true, uniform: seededBy(rows) }),
  },
  squared: {
    name: 'rmse',
    higher_is_better: false,
    rows: (answers, targets) => rowLosses('squared', answers, targets),
    finish: Math.sqrt,
    isShare: false,
    figure: (rows) => meanWithBootstrap(rows, { finish: Math.sqrt, isShare: false, uniform: seededBy(rows) }),
  },
} as const satisfies Record<Family, TaskMetric>;

/** The plain figure, without an interval. */
export function scoreOf(family: Family, answers: AnswerMatrix, targets: Targets): number {
  const metric: TaskMetric = TASK_METRICS[family];
  return metric.finish(weightedMean(metric.rows(answers, targets)));
}
