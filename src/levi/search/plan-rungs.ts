export interface Rung {
  /** Epochs each trial may take, from the start. */
  readonly epochs: number;
  /** How many trials take part, beside the request's own. */
  readonly trials: number;
}

/** Of the most epochs of a training; trials of a rung get three times what those of the one before got. */
const SHARES = [1 / 15, 1 / 5, 1];
const KEPT = 1 / 3;

/**
 * Successive halving (Jamieson and Talwalkar 2016) in thirds: all trials for a few epochs, the best third for three times as many, the best
 * ninth to the end. The request's own configuration, which is trial 0, takes part in every rung.
 */
export function planRungs(trials: number, maxEpochs: number): readonly Rung[] {
  const rungs = SHARES.map((share, index) => ({
    epochs: Math.ceil(maxEpochs * share),
    trials: Math.ceil((trials - 1) * KEPT ** index),
  }));
  return rungs.filter(({ epochs }, index) => epochs !== rungs[index - 1]?.epochs);
}

const MAX_EPOCHS = 30;
// Trainings mostly end by themselves about here.
export const USUAL_EPOCHS = 12;
/** Of a run without a search, one training of LEVI. */
const SHARE_OF_LEVI = 0.3;

/** What a search of so many trials costs, a run without one being 1; roughly, as trainings end when they end. */
export function relativeCost(trials: number): number {
  return trials === 0 ? 0 : (SHARE_OF_LEVI * costOf(planRungs(trials, MAX_EPOCHS), USUAL_EPOCHS)) / USUAL_EPOCHS;
}

/** Epochs that the whole search takes at most, where a training ends by itself after about `usualEpochs`. */
export function costOf(rungs: readonly Rung[], usualEpochs: number): number {
  return rungs.reduce((sum, { epochs, trials }) => sum + (trials + 1) * Math.min(epochs, usualEpochs), 0);
}
