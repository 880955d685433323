import { createGraph, uniformArray } from '../../engine/index.ts';
import type { Dimension, Random, Value } from '../../engine/index.ts';
import { prefixed } from '../tensor-names.ts';
import { taskLogits, taskWeights } from '../methods/parts.ts';
import type { TaskShape } from '../methods/parts.ts';
import { initialTaskWeights, taskWidth } from '../task-model/task-output.ts';
import { taskModelSpec } from '../task-model/task-tables.ts';
import { taskValues } from '../task-model/task-values.ts';
import { lossOf } from '../tasks/family-graphs.ts';
import type { EpochModel } from './epoch-model.ts';
import type { EpochOptions } from './train-epochs.ts';

/** The task model alone, where it has networks: over fields or images it is not convex. */
export function taskNetworkModel({ data, config }: EpochOptions, batchSize: number): EpochModel {
  const shape = { outputs: data.outputs, task: taskModelSpec(data) };
  const shapes = taskWeights(shape);
  return {
    part: 'task',
    shapes,
    initial: (random) => initialParameters(shape, random),
    build: () => {
      const graph = createGraph();
      const parameter = (name: string): Value => graph.parameter(name, shapes[name] ?? []);
      const input = (name: string, dims: readonly Dimension[]): Value => graph.input(name, 'float32', dims);
      const weight = (name: string): Value => parameter(`task.${name}`);
      const values = taskValues({ ...shape, batch: batchSize, input, weight });
      const logits = taskLogits({ spec: shape, weight: parameter, task: () => values });
      const targets = input('targets', [batchSize, data.outputs]);
      const loss = lossOf(data.family, config.loss)(logits, targets, input('sample_weights', [batchSize]));
      return { loss, logits };
    },
    feeds: () => ({}),
  };
}

function initialParameters({ outputs, task }: TaskShape, random: Random): Readonly<Record<string, Float32Array>> {
  const numbers = taskWidth(task, 0);
  return {
    'task.bias': new Float32Array(outputs),
    'task.head': uniformArray(random, numbers * outputs, 1 / Math.sqrt(numbers)),
    ...prefixed('task.', initialTaskWeights(task, random)),
  };
}
