import type { ComparedMethod } from '../../contract/levi.ts';
import type { Adapter, AdapterTensors } from '../adapter/adapter.ts';
import { crossEntropy, correctness, mean } from '../metrics/classification-metrics.ts';
import type { PredictorPool } from '../predictor/predictor-pool.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import type { Pause } from './create-pause.ts';
import type { Fit, Run } from './prepare-run.ts';

/** A run in the middle of its training. */
export interface TrainContext {
  readonly run: Run;
  /** The rows that are learned from. */
  readonly fit: Fit;
  readonly predictors: PredictorPool;
  readonly finished: ReadonlyMap<TrainedPartKey, TrainedPart>;
  readonly pause: Pause;
}

export interface ValidationScore {
  readonly loss: number;
  readonly accuracy: number;
}

/** Loss (weighted by class, if the run is) and accuracy on the validation rows, by the code that serves. */
async function scoreOnValidation(
  { run, fit, predictors }: Pick<TrainContext, 'run' | 'fit' | 'predictors'>,
  adapter: Adapter,
): Promise<ValidationScore> {
  const { validation } = run;
  const probabilities = await predictors.answer(adapter, validation);
  return {
    loss: crossEntropy(probabilities, validation.targets, fit.data.classWeights),
    accuracy: mean(correctness(probabilities, validation.targets)),
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
