import { describe, expect, test } from 'vitest';
import { LeviOptions } from '../../../src/contract/levi.ts';
import { createRandom } from '../../../src/engine/index.ts';
import { LEVI_DEFAULTS } from '../../../src/levi/index.ts';
import { costOf, planRungs } from '../../../src/levi/search/plan-rungs.ts';
import { searchConfig } from '../../../src/levi/search/search-config.ts';
import type { SearchInput, SearchResult, SearchState } from '../../../src/levi/search/search-config.ts';
import { drawConfigs, pickSearched } from '../../../src/levi/search/search-space.ts';
import type { SearchedConfig } from '../../../src/levi/search/search-space.ts';

describe('the rungs', () => {
  test('are all trials for few epochs, a third for three times as many, a ninth to the end; the own one beside them', () => {
    expect(planRungs(28, 30)).toEqual([
      { epochs: 2, trials: 27 },
      { epochs: 6, trials: 9 },
      { epochs: 30, trials: 3 },
    ]);
    expect(planRungs(2, 30).map(({ trials }) => trials)).toEqual([1, 1, 1]);
  });

  test('are fewer where there are few epochs, and all trials are in the first', () => {
    expect(planRungs(10, 4)).toEqual([
      { epochs: 1, trials: 9 },
      { epochs: 4, trials: 1 },
    ]);
    expect(planRungs(10, 1)).toEqual([{ epochs: 1, trials: 9 }]);
    expect(costOf(planRungs(10, 4), 3)).toBe(10 * 1 + 2 * 3);
  });
});

describe('the configurations', () => {
  test('are the own one, then others within their ranges, the same for the same seed', () => {
    const configs = drawConfigs(LEVI_DEFAULTS, 64, createRandom(3));
    expect(configs).toEqual(drawConfigs(LEVI_DEFAULTS, 64, createRandom(3)));
    expect(configs.slice(0, 8)).toEqual(drawConfigs(LEVI_DEFAULTS, 8, createRandom(3)));
    expect(configs[0]).toEqual(pickSearched(LEVI_DEFAULTS));
    const others = configs.slice(1);
    expect(new Set(others.map(({ adaptingWidth }) => adaptingWidth))).toEqual(new Set([16, 32, 64, 128]));
    for (const { headDropout, viewDropout, weightDecay, learningRate } of others) {
      expect(headDropout).toBeGreaterThanOrEqual(0.1);
      expect(headDropout).toBeLessThanOrEqual(0.7);
      expect(viewDropout).toBeLessThan(1);
      expect(weightDecay).toBeLessThanOrEqual(0.3);
      expect(learningRate / LEVI_DEFAULTS.learningRate).toBeGreaterThan(0.24);
      expect(learningRate / LEVI_DEFAULTS.learningRate).toBeLessThan(4.1);
    }
  });
});

// A made-up truth: validation loss is lowest at head dropout 0.3, and noise of a row is the same in all trials.
const lossesOf = ({ headDropout }: SearchedConfig, epochs: number): readonly number[] =>
  Array.from({ length: 50 }, (_, row) => 1 + (headDropout - 0.3) ** 2 + 1 / epochs + 0.2 * Math.sin(row));

interface Search {
  readonly result: SearchResult;
  readonly states: readonly SearchState[];
  readonly fractions: readonly number[];
  readonly tried: readonly string[];
}

async function search(changed: Partial<SearchInput> = {}): Promise<Search> {
  const tried: string[] = [];
  const run = searchConfig({
    base: LEVI_DEFAULTS,
    budget: { trials: 10 },
    maxEpochs: 30,
    random: createRandom(3),
    resumed: [],
    tryOut: (config, epochs) => {
      tried.push(`${config.headDropout} ${epochs}`);
      return Promise.resolve({ epochs, losses: lossesOf(config, epochs) });
    },
    nowMs: () => 0,
    ...changed,
  });
  const states: SearchState[] = [];
  const fractions: number[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done === true) return { result: next.value, states, fractions, tried };
    states.push(next.value.state);
    fractions.push(next.value.fraction);
  }
}

describe('a search', () => {
  test('finds the best of its trials and says how far each came', async () => {
    const { result, tried, fractions } = await search();
    expect(tried).toHaveLength(10 + 4 + 2);
    expect(tried.filter((trial) => trial.endsWith(' 30'))).toHaveLength(2);
    const distances = result.trials.map(({ config }) => Math.abs(config.headDropout - 0.3));
    expect(distances[result.chosen]).toBe(Math.min(...distances));
    expect(result.trials).toHaveLength(10);
    expect(result.trials.filter(({ rung }) => rung === 2)).toHaveLength(2);
    expect(result.trials[0]).toMatchObject({ config: pickSearched(LEVI_DEFAULTS), rung: 2, epochs: 30 });
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  });

  test('keeps the own configuration where the best is within one standard error of it, row by row', async () => {
    const lead = async (nats: number): Promise<number> => {
      const tryOut: SearchInput['tryOut'] = ({ headDropout }, epochs) => {
        const gain = headDropout === LEVI_DEFAULTS.headDropout ? 0 : nats;
        // Row by row the difference scatters by 0.5: its standard error over 50 rows is 0.07.
        return Promise.resolve({
          epochs,
          losses: Array.from({ length: 50 }, (_, row) => 1 - gain + (gain > 0 && row % 2 === 0 ? 0.5 : -0.5)),
        });
      };
      return (await search({ tryOut })).result.chosen;
    };
    expect(await lead(0.55)).toBe(0);
    expect(await lead(0.7)).not.toBe(0);
  });

  test('resumed from any of its states, it tries only what is missing and ends the same', async () => {
    const whole = await search();
    for (const [index, state] of whole.states.entries()) {
      const resumed = JSON.parse(JSON.stringify(state)) as SearchState;
      const again = await search({ resumed });
      expect(again.result).toEqual(whole.result);
      expect(again.tried).toEqual(whole.tried.slice(index + 1));
    }
  });

  test('a budget in seconds is kept: fewer trials where each takes longer', async () => {
    const timed = async (secondsPerEpoch: number): Promise<Search> => {
      let nowMs = 0;
      const tried: string[] = [];
      const done = await search({
        budget: { seconds: 60 },
        nowMs: () => nowMs,
        tryOut: (config, epochs) => {
          tried.push(`${config.headDropout} ${epochs}`);
          nowMs += 1000 * secondsPerEpoch * epochs;
          return Promise.resolve({ epochs, losses: lossesOf(config, epochs) });
        },
      });
      return { ...done, tried };
    };
    const fast = await timed(0.2);
    const slow = await timed(1);
    expect(fast.result.trials.length).toBeGreaterThan(slow.result.trials.length);
    expect(slow.result.trials.length).toBeGreaterThanOrEqual(2);
    // Over before the first trial ends: the own configuration still goes through all rungs, alone.
    const none = await timed(40);
    expect(none.tried).toEqual(['0.5 2', '0.5 6', '0.5 30']);
    expect(none.result.chosen).toBe(0);
  });
});

test.each([
  {},
  { budget: {} },
  { budget: { trials: 1 } },
  { budget: { trials: 5, seconds: 5 } },
  { budget: { trials: 65 } },
])('the option %j is refused', (options) => {
  expect(LeviOptions.safeParse({ search: options }).success).toBe(false);
});
