import type { Timings } from '../../../contract/index.ts';

export interface TaskAnswer {
  /** As Hugging Face's clients want it of the task. */
  readonly body: unknown;
  readonly timings: Timings;
}
