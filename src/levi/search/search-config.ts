import { z } from 'zod';
import type { SearchOptions } from '../../contract/levi.ts';
import { LIMITS } from '../../contract/limits.ts';
import type { Random } from '../../engine/index.ts';
import { mean } from '../metrics/classification-metrics.ts';
import { standardError } from '../metrics/standard-error.ts';
import { costOf, planRungs, USUAL_EPOCHS } from './plan-rungs.ts';
import type { Rung } from './plan-rungs.ts';
import { drawConfigs } from './search-space.ts';
import type { SearchedConfig } from './search-space.ts';

const Outcome = z.object({
  trial: z.int(),
  rung: z.int(),
  /** The epoch that was best among those trained. */
  epochs: z.int(),
  /** Mean over the validation rows, calibrated. */
  validLoss: z.number(),
  /** Of each of these rows; in the last rung alone, where trials are compared row by row. */
  losses: z.array(z.number()).readonly(),
  seconds: z.number(),
});
export type Outcome = z.infer<typeof Outcome>;

/** What a resumed search knows already. */
export const SearchState = z.array(Outcome).readonly();
export type SearchState = z.infer<typeof SearchState>;

export interface TriedOut {
  /** The epoch that was best among those trained. */
  readonly epochs: number;
  /** Of every validation row, calibrated. */
  readonly losses: ArrayLike<number>;
}

export interface SearchInput {
  readonly base: SearchedConfig;
  readonly budget: SearchOptions['budget'];
  /** Of a training, by its own rules; it usually ends earlier. */
  readonly maxEpochs: number;
  readonly random: Random;
  readonly resumed: SearchState;
  /** Trains from the start for at most so many epochs; the same seed and rows for each, so that trials are paired. */
  readonly tryOut: (config: SearchedConfig, epochs: number) => Promise<TriedOut>;
  readonly nowMs: () => number;
}

export interface SearchStep {
  /** Everything known by now: a search that is resumed with it goes on from here. */
  readonly state: SearchState;
  readonly fraction: number;
}

export interface Trial {
  readonly config: SearchedConfig;
  /** The last rung it took part in, from 0. */
  readonly rung: number;
  readonly epochs: number;
  readonly validLoss: number;
}

export interface SearchResult {
  readonly trials: readonly Trial[];
  /** Position among them; 0 is the request's own configuration. */
  readonly chosen: number;
}

/**
 * Looks for a configuration with a lower validation loss than the request's own, by successive halving; yields after every trial. The
 * request's own stays unless another is better by more than one standard error of the paired difference, as the lowest of many losses is low by chance, too.
 * A budget in trials gives equal results for equal input; one in seconds depends on the machine.
 */
export async function* searchConfig(input: SearchInput): AsyncGenerator<SearchStep, SearchResult> {
  const { budget, maxEpochs, base, random } = input;
  const outcomes = [...input.resumed];
  const startedMs = input.nowMs();
  const earlier = outcomes.reduce((sum, { seconds }) => sum + seconds, 0);
  const elapsed = (): number => earlier + (input.nowMs() - startedMs) / 1000;
  const isTimeUp = (): boolean => 'seconds' in budget && elapsed() >= budget.seconds;
  const configs = drawConfigs(base, 'trials' in budget ? budget.trials : LIMITS.searchTrials, random);
  const tried = async (trial: number, rung: number, { epochs }: Pick<Rung, 'epochs'>): Promise<Outcome> => {
    const known = outcomes.find((each) => each.trial === trial && each.rung === rung);
    if (known !== undefined) return known;
    const trialStartedMs = input.nowMs();
    const { losses, ...trained } = await input.tryOut(configs[trial] ?? base, epochs);
    const outcome = {
      trial,
      rung,
      epochs: trained.epochs,
      validLoss: mean(losses),
      losses: epochs === maxEpochs ? Array.from(losses) : [],
      seconds: (input.nowMs() - trialStartedMs) / 1000,
    };
    outcomes.push(outcome);
    return outcome;
  };
  const count = async (): Promise<number> => {
    if ('trials' in budget) return budget.trials;
    // The first rung is the same for any number of trials.
    const [short = { epochs: maxEpochs }] = planRungs(2, maxEpochs);
    const first = await tried(0, 0, short);
    return affordableTrials(budget.seconds, first.seconds / short.epochs, maxEpochs);
  };
  const rungs = planRungs(await count(), maxEpochs);
  const total = costOf(rungs, USUAL_EPOCHS);
  let contestants = [...configs.keys()];
  let done = 0;
  for (const [index, rung] of rungs.entries()) {
    const finished: Outcome[] = [];
    for (const trial of takePart(contestants, rung)) {
      if (trial !== 0 && isTimeUp()) continue;
      finished.push(await tried(trial, index, rung));
      done += Math.min(rung.epochs, USUAL_EPOCHS);
      yield { state: [...outcomes], fraction: Math.min(1, done / total) };
    }
    contestants = rank(finished);
  }
  return conclude(outcomes, configs, rungs.length - 1);
}

/** The best ones, and the request's own configuration beside them. */
function takePart(ranked: readonly number[], { trials }: Rung): readonly number[] {
  return [0, ...ranked.filter((trial) => trial !== 0).slice(0, trials)];
}

function rank(outcomes: readonly Outcome[]): number[] {
  return outcomes.toSorted((a, b) => a.validLoss - b.validLoss || a.trial - b.trial).map(({ trial }) => trial);
}

/** As many trials as the seconds allow, where an epoch takes `perEpoch` seconds. */
function affordableTrials(seconds: number, perEpoch: number, maxEpochs: number): number {
  const isAffordable = (trials: number): boolean =>
    costOf(planRungs(trials, maxEpochs), USUAL_EPOCHS) * perEpoch <= seconds;
  let trials = 2;
  while (trials < LIMITS.searchTrials && isAffordable(trials + 1)) trials++;
  return trials;
}

function conclude(outcomes: readonly Outcome[], configs: readonly SearchedConfig[], lastRung: number): SearchResult {
  const last = configs.flatMap((config, trial) => {
    const outcome = outcomes.filter((each) => each.trial === trial).toSorted((a, b) => b.rung - a.rung)[0];
    return outcome === undefined ? [] : [{ config, outcome }];
  });
  const finalists = last.filter(({ outcome }) => outcome.rung === lastRung);
  const own = finalists.findIndex(({ outcome }) => outcome.trial === 0);
  const best = finalists.toSorted((a, b) => a.outcome.validLoss - b.outcome.validLoss)[0];
  const excess = (finalists[own]?.outcome.losses ?? []).map((loss, row) => loss - (best?.outcome.losses[row] ?? 0));
  const isBetter = best !== undefined && mean(excess) > standardError(excess);
  return {
    chosen: isBetter ? last.indexOf(best) : 0,
    trials: last.map(({ config, outcome }) => ({
      config,
      rung: outcome.rung,
      epochs: outcome.epochs,
      validLoss: outcome.validLoss,
    })),
  };
}
