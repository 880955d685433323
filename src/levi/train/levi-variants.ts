import { createRandom, tensor } from '../../engine/index.ts';
import { BUCKETS } from '../adapter/adapter.ts';
import type { AdapterTensors } from '../adapter/adapter.ts';
import { takeTaps } from '../feature-matrix.ts';
import { leviWeightShapes } from '../methods/parts.ts';
import type { TaskInputs } from '../task-model/task-inputs.ts';
import { takeTaskInputs, withoutTaskInputs } from '../task-model/take-task-inputs.ts';
import { taskModelSpec } from '../task-model/task-tables.ts';
import type { EpochOptions } from './train-epochs.ts';
import type { TrainingData } from './training-data.ts';

/** LEVI with one thing changed, to see what that thing is worth. */
export interface LeviVariant {
  readonly options: (options: EpochOptions) => EpochOptions;
  /** What its adapter holds instead of the run's own. */
  readonly tensors?: AdapterTensors;
}

// A task model that knows no n-gram gives zeros for every text.
const SILENT_TASK = { [BUCKETS]: tensor(new Int32Array(0), [0]) };
const WIDEST_MLP = 4096;

export const LEVI_VARIANTS = {
  /** One hidden layer on the last layer alone, as wide as makes it LEVI's number of parameters. */
  mlp_matched: {
    options: ({ config, data, ...rest }) => {
      const adaptingWidth = matchedWidth(data, config.adaptingWidth);
      return { ...rest, config: { ...config, adaptingWidth }, data: lastLayer(withoutTask(data)) };
    },
    tensors: SILENT_TASK,
  },
  levi_no_task: { options: ({ data, ...rest }) => ({ ...rest, data: withoutTask(data) }), tensors: SILENT_TASK },
  levi_last: { options: ({ data, ...rest }) => ({ ...rest, data: lastLayer(data) }) },
  /** The task model reads another row: what is left of its part is that of more parameters. */
  levi_noise: { options: ({ data, ...rest }) => ({ ...rest, data: { ...data, ...ofOtherRows(data, data.rows) } }) },
} as const satisfies Record<string, LeviVariant>;

function matchedWidth(data: TrainingData, adaptingWidth: number): number {
  const { features, outputs, ngrams, embeddings } = data;
  const { taps, width } = features;
  const shapes = leviWeightShapes({ taps, width, outputs, adaptingWidth, task: taskModelSpec(data) });
  const weights = Object.values(shapes).reduce((total, dims) => total + dims.reduce((size, dim) => size * dim, 1), 0);
  const tables = embeddings.reduce((total, table) => total + table.rows * table.width, ngrams * outputs);
  const perUnit = width + 2 * outputs + 1;
  return Math.min(WIDEST_MLP, Math.max(1, Math.round((weights + tables - outputs) / perUnit)));
}

function lastLayer(data: TrainingData): TrainingData {
  return { ...data, features: takeTaps(data.features, [data.features.taps - 1]) };
}

function withoutTask(data: TrainingData): TrainingData {
  return { ...data, ...withoutTaskInputs(data.rows) };
}

function ofOtherRows(inputs: TaskInputs, rows: number): TaskInputs {
  return takeTaskInputs(inputs, createRandom(rows).permutation(rows));
}
