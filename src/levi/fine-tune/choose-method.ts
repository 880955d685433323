import { LevigateError } from '../../contract/errors.ts';
import { METHODS } from '../../contract/levi.ts';
import type { ComparedMethod, Method } from '../../contract/levi.ts';
import { buildCandidates, chooseMixing } from './build-candidates.ts';
import type { Mixing } from './build-candidates.ts';
import { calibratedLosses, CALIBRATIONS } from '../calibration/calibrate.ts';
import { mean } from '../metrics/classification-metrics.ts';
import { standardError } from '../metrics/standard-error.ts';
import { scoreOf } from '../metrics/task-metric.ts';
import type { ValidationScore } from '../train/training-data.ts';
import type { TrainContext } from './train-context.ts';

/** Every choice that the validation rows decide. */
export interface Choice {
  readonly method: Method;
  readonly mixing: Mixing;
  /** Losses are of calibrated answers. */
  readonly scores: ReadonlyMap<ComparedMethod, ValidationScore>;
  /** Temperatures; of numbers the deviation of the errors. */
  readonly calibrations: ReadonlyMap<ComparedMethod, number>;
}

/**
 * The method that the validation loss says, or the one that was asked for. Every method is calibrated first: with few rows
 * the raw loss tells more of how sure the methods are than of how right.
 */
export async function chooseMethod(context: TrainContext): Promise<Choice> {
  const asked = context.run.input.config.method;
  const mixing = await chooseMixing(context);
  const { predictors, fit, run } = context;
  const { targets } = run.validation;
  const { family } = run.question;
  const scores = new Map<ComparedMethod, ValidationScore>();
  const rowLosses = new Map<Method, Float64Array>();
  const calibrations = new Map<ComparedMethod, number>();
  for (const { method, adapter } of buildCandidates(fit, context.finished, { mixing })) {
    await context.pause();
    const answers = await predictors.answer(adapter, run.validation);
    const answered = { family, answers, targets, weights: run.validationWeights };
    const losses = calibratedLosses(answered);
    const servable = METHODS.find((each) => each === method);
    if (servable !== undefined) rowLosses.set(servable, losses);
    scores.set(method, { loss: mean(losses), score: scoreOf(family, answers, targets) });
    calibrations.set(method, CALIBRATIONS[family].fit(answered));
  }
  const method = asked === 'auto' ? chooseByLoss(rowLosses) : asked;
  if (method !== undefined && scores.has(method)) return { method, mixing, scores, calibrations };
  throw new LevigateError('unknown_method', `levi.method: "${asked}" cannot be trained. Leave it out or use "auto".`, {
    param: 'levi.method',
  });
}

/** The better of these two by its loss is preferred; the second is there only with fields or images. */
const PREFERRED: readonly Method[] = ['levi+ensemble', 'levi+task'];

/**
 * The lowest mean loss (accuracy chose worse in our experiments), but the preferred method where it is within one standard error of
 * the paired difference (Breiman et al. 1984): the other methods' choices of layer and strength have fitted these very rows, more the fewer there are.
 */
export function chooseByLoss(losses: ReadonlyMap<Method, Float64Array>): Method | undefined {
  const sorted = [...losses].sort(([, a], [, b]) => mean(a) - mean(b));
  const [best] = sorted;
  const preferred = sorted.find(([method]) => PREFERRED.includes(method));
  if (best === undefined || preferred === undefined) return best?.[0];
  const excess = preferred[1].map((loss, row) => loss - (best[1][row] ?? 0));
  return mean(excess) <= standardError(excess) ? preferred[0] : best[0];
}
