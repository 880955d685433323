import type { Dimension, Value } from '../../engine/index.ts';
import { IMAGE_CHANNELS } from './image-network.ts';
import type { TaskModelSpec, TaskValues } from './task-output.ts';
import { TASK_FIELDS, TASK_IMAGES, TASK_NGRAMS } from './task-tables.ts';

export interface TaskGraph {
  readonly task: TaskModelSpec;
  /** Scores per n-gram: the numbers of an answer. */
  readonly outputs: number;
  /** Rows. */
  readonly batch: Dimension;
  readonly input: (name: string, dims: readonly Dimension[]) => Value;
  /** By the names of `taskWeightShapes`. */
  readonly weight: (name: string) => Value;
}

/** A task model's inputs in a graph, of training or of serving. */
export function taskValues({ task, outputs, batch, input, weight }: TaskGraph): TaskValues {
  const { fieldInputs, imageSize } = task;
  return {
    ngrams: () => input(TASK_NGRAMS, [batch, outputs]),
    fields: () => input(TASK_FIELDS, [batch, fieldInputs]),
    images: () => input(TASK_IMAGES, [batch, IMAGE_CHANNELS, imageSize, imageSize]),
    weight,
  };
}
