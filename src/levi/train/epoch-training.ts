import type { Random, Trainer } from '../../engine/index.ts';
import type { TaskTables } from '../task-model/task-tables.ts';

/** What changes from step to step, beside the trainer's own parameters. */
export interface EpochTraining {
  readonly trainer: Trainer;
  readonly tables: TaskTables;
  readonly random: Random;
}
