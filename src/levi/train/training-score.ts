import { float32Data } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import { TASK_METRICS } from '../metrics/task-metric.ts';
import type { TaskMetric } from '../metrics/task-metric.ts';
import type { Family } from '../tasks/family.ts';
import type { TrainingData } from './training-data.ts';

/** As much of what is served as the task's figure looks at: the likeliest class is that of the logits. */
const ANSWER_OF_LOGIT = {
  softmax: (logit) => logit,
  sigmoid: (logit) => 1 / (1 + Math.exp(-logit)),
  squared: (logit) => logit,
} as const satisfies Record<Family, (logit: number) => number>;

/** The task's own figure over the rows of an epoch, each answered just before it was learned from, with dropout as there. */
export interface TrainingScore {
  /** @param logits of a batch that begins with the chosen rows */
  readonly add: (chosen: Int32Array, logits: Tensor) => void;
  readonly value: () => number;
}

export function createTrainingScore({
  family,
  outputs,
  targets,
  targetScale,
}: Pick<TrainingData, 'family' | 'outputs' | 'targets' | 'targetScale'>): TrainingScore {
  const metric: TaskMetric = TASK_METRICS[family];
  let total = 0;
  let rows = 0;
  return {
    add: (chosen, logits) => {
      const shape = { rows: chosen.length, outputs };
      const data = float32Data(logits)
        .subarray(0, chosen.length * outputs)
        .map(ANSWER_OF_LOGIT[family]);
      const asked = new Float32Array(data.length);
      for (const [index, row] of chosen.entries())
        asked.set(targets.subarray(row * outputs, (row + 1) * outputs), index * outputs);
      const found = metric.rows({ ...shape, data }, { ...shape, data: asked, strata: new Int32Array(0) });
      total += found.reduce((sum, value) => sum + value, 0);
      rows += chosen.length;
    },
    value: () => metric.finish(total / rows) * targetScale,
  };
}
