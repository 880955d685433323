import type { ComparedMethod } from '../../contract/levi.ts';
import type { Adapter, AdapterTensors } from '../adapter/adapter.ts';
import { scoreOf } from '../metrics/task-metric.ts';
import type { PredictorPool } from '../predictor/predictor-pool.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import type { SearchState } from '../search/search-config.ts';
import { rowLosses, weightedMean } from '../tasks/family-scores.ts';
import type { RefitEpoch } from '../train/train-epochs.ts';
import type { ValidationScore } from '../train/training-data.ts';
import type { Pause } from '../train/create-pause.ts';
import type { Fit } from '../run/prepare-fit.ts';
import type { Run } from '../run/prepare-run.ts';

/** A run in the middle of its training. */
export interface TrainContext {
  readonly run: Run;
  /** The rows that are learned from. */
  readonly fit: Fit;
  readonly predictors: PredictorPool;
  readonly finished: ReadonlyMap<TrainedPartKey, TrainedPart>;
  /** What a search before it knows, for its checkpoints. */
  readonly searched: SearchState;
  readonly pause: Pause;
  /** Told of every epoch of LEVI's last training. */
  readonly onLeviEpoch?: ((epoch: RefitEpoch) => void) | undefined;
}

/** Loss, weighted as in training, and the task's figure on the validation rows, by the code that serves. */
async function scoreOnValidation(
  { run, predictors }: Pick<TrainContext, 'run' | 'predictors'>,
  adapter: Adapter,
): Promise<ValidationScore> {
  const { validation, validationWeights, question } = run;
  const answers = await predictors.answer(adapter, validation);
  return {
    loss: weightedMean(rowLosses(question.family, answers, validation.targets), validationWeights),
    score: scoreOf(question.family, answers, validation.targets),
  };
}

export function validateAs(
  context: TrainContext,
  method: ComparedMethod,
): (candidate: {
  readonly tensors: AdapterTensors;
  readonly probeTaps: readonly number[];
}) => Promise<ValidationScore> {
  return ({ tensors, probeTaps }) => scoreOnValidation(context, context.fit.adapterOf(method, tensors, probeTaps));
}
