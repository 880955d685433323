import type { Random } from '../../engine/index.ts';
import type { LeviConfig } from '../config.ts';

/** What a search changes; all else stays as the request says. */
export type SearchedConfig = Pick<
  LeviConfig,
  'adaptingWidth' | 'headDropout' | 'viewDropout' | 'weightDecay' | 'learningRate'
>;

const WIDTHS = [16, 32, 64, 128] as const;

/** One draw for each; a further hyperparameter is a further row. */
const DRAWS = {
  adaptingWidth: (random) => WIDTHS[random.integer(WIDTHS.length)] ?? 64,
  headDropout: (random) => rounded(between(random, 0.1, 0.7)),
  viewDropout: (random) => rounded(between(random, 0, 0.9)),
  weightDecay: (random) => rounded(Math.exp(between(random, Math.log(1e-4), Math.log(0.3)))),
  // About that of the request, which knows the learning rate multiplier.
  learningRate: (random, { learningRate }) => rounded(learningRate * Math.exp(between(random, -LOG_4, LOG_4))),
} as const satisfies Record<keyof SearchedConfig, (random: Random, base: SearchedConfig) => number>;
const LOG_4 = Math.log(4);

/** The request's own configuration first, then random ones about it: random search finds what matters sooner than a grid does (Bergstra and Bengio 2012). */
export function drawConfigs(base: SearchedConfig, count: number, random: Random): readonly SearchedConfig[] {
  const own = pickSearched(base);
  return [own, ...Array.from({ length: count - 1 }, () => drawConfig(own, random))];
}

export function pickSearched({
  adaptingWidth,
  headDropout,
  viewDropout,
  weightDecay,
  learningRate,
}: SearchedConfig): SearchedConfig {
  return { adaptingWidth, headDropout, viewDropout, weightDecay, learningRate };
}

function drawConfig(base: SearchedConfig, random: Random): SearchedConfig {
  return {
    adaptingWidth: DRAWS.adaptingWidth(random),
    headDropout: DRAWS.headDropout(random),
    viewDropout: DRAWS.viewDropout(random),
    weightDecay: DRAWS.weightDecay(random),
    learningRate: DRAWS.learningRate(random, base),
  };
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

// Nobody reads more digits in a table of trials, and more would make no difference.
const rounded = (value: number): number => Number(value.toPrecision(2));
