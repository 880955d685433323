import type { AdapterTensors } from '../adapter/adapter.ts';
import type { FeatureMatrix } from '../feature-matrix.ts';
import type { Family } from '../tasks/family.ts';
import type { TaskInputs } from '../task-model/task-inputs.ts';

/** What every part is trained on: standardised features, the task model's inputs and targets of the training rows alone. */
export interface TrainingData extends TaskInputs {
  /** Standardised, of the used layers. */
  readonly features: FeatureMatrix;
  readonly family: Family;
  readonly rows: number;
  /** C: numbers of an answer. */
  readonly outputs: number;
  /** `[rows, C]`: one-hot, 0 or 1 per label, or standardised numbers. */
  readonly targets: Float32Array;
  /** One of standardised numbers, in the target's own unit; 1 for labels. */
  readonly targetScale: number;
  /** What each row counts, its class's weight included; their mean is 1. */
  readonly rowWeights: Float32Array;
}

/** How good given weights are on the validation rows, by the very code that will serve them. */
export type Validate<Candidate> = (candidate: Candidate) => Promise<ValidationScore>;

export interface ValidationScore {
  /** Weighted as in training. */
  readonly loss: number;
  /** The task's own figure: accuracy, example-F1 or RMSE. */
  readonly score: number;
}

export interface ProbeCandidate {
  readonly tensors: AdapterTensors;
  readonly probeTaps: readonly number[];
}

/** Each row's share of the mean loss. */
export function sampleWeights({ rows, rowWeights }: Pick<TrainingData, 'rows' | 'rowWeights'>): Float32Array {
  return rowWeights.map((weight) => weight / rows);
}
