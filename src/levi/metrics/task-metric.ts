import type { Figure } from '../../contract/report.ts';
import type { Metric } from '../../contract/report.ts';
import { classesOf } from '../calibration/calibrate.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { rowLosses, weightedMean } from '../tasks/family-scores.ts';
import type { Family } from '../tasks/family.ts';
import type { Targets } from '../tasks/targets.ts';
import { correctness } from './classification-metrics.ts';
import { meanWithBootstrap, shareWithInterval } from './intervals.ts';
import { exampleF1 } from './multi-label-metrics.ts';

/** The figure that a task's methods are compared by: an average over rows, in a form that people know. */
export interface TaskMetric extends Metric {
  /** What is averaged, per row. */
  readonly rows: (answers: AnswerMatrix, targets: Targets) => Float64Array;
  readonly finish: (mean: number) => number;
  /** The figure of these rows' values, with its 95 % interval. */
  readonly figure: (rows: Float64Array) => Figure;
}

const identity = (mean: number): number => mean;

export const TASK_METRICS = {
  softmax: {
    name: 'accuracy',
    higher_is_better: true,
    rows: (answers, targets) => Float64Array.from(correctness(answers, classesOf(targets))),
    finish: identity,
    figure: (rows) => shareWithInterval(Uint8Array.from(rows)),
  },
  sigmoid: {
    name: 'example_f1',
    higher_is_better: true,
    rows: exampleF1,
    finish: identity,
    figure: (rows) => meanWithBootstrap(rows, identity),
  },
  squared: {
    name: 'rmse',
    higher_is_better: false,
    rows: (answers, targets) => rowLosses('squared', answers, targets),
    finish: Math.sqrt,
    figure: (rows) => meanWithBootstrap(rows, Math.sqrt),
  },
} as const satisfies Record<Family, TaskMetric>;

/** The plain figure, without an interval. */
export function scoreOf(family: Family, answers: AnswerMatrix, targets: Targets): number {
  const metric: TaskMetric = TASK_METRICS[family];
  return metric.finish(weightedMean(metric.rows(answers, targets)));
}
