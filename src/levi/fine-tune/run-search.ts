import { createRandom } from '../../engine/index.ts';
import { calibratedLosses } from '../calibration/calibrate.ts';
import type { LeviConfig } from '../config.ts';
import { searchConfig } from '../search/search-config.ts';
import type { SearchInput, SearchResult, SearchState } from '../search/search-config.ts';
import { mostEpochs } from '../train/epoch-keeper.ts';
import { chooseBatchSize } from '../train/choose-batch-size.ts';
import { leviModel } from '../train/levi-model.ts';
import { trainEpochs } from '../train/train-epochs.ts';
import { deriveSeed } from '../derive-seed.ts';
import type { FineTuneEvent } from '../run/events.ts';
import type { Run } from '../run/prepare-run.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { createPace } from './create-pace.ts';
import { nameRun } from './name-run.ts';
import { epochOptions } from './part-trainers.ts';
import { validateAs } from './train-context.ts';
import type { TrainContext } from './train-context.ts';

export interface Searched {
  /** The run with the configuration that was found. */
  readonly run: Run;
  /** Null where the request asked for no search. */
  readonly result: SearchResult | null;
  /** For the checkpoints of what follows. */
  readonly state: SearchState;
}

type SearchContext = Pick<TrainContext, 'run' | 'predictors' | 'pause'>;

/** Looks for LEVI's hyperparameters on the choosing rows, if the request asks for it; yields a checkpoint after every trial, where one is due. */
export async function* runSearch(
  context: SearchContext,
  resumed: SearchState,
): AsyncGenerator<FineTuneEvent, Searched> {
  const { run } = context;
  const { config, seed, checkpointIntervalMs = 0 } = run.input;
  if (config.search === null) return { run, result: null, state: [] };
  const isDue = createPace(checkpointIntervalMs);
  const { data } = run.choosing;
  const batchSize = Math.min(chooseBatchSize(config.batchSize, data), data.rows);
  const search = searchConfig({
    base: config,
    budget: config.search,
    maxEpochs: mostEpochs({ config, stepsPerEpoch: Math.ceil(data.rows / batchSize) }),
    random: createRandom(deriveSeed(seed, 'search')),
    resumed,
    tryOut: tryOutIn(context),
    nowMs: () => performance.now(),
  });
  let state = resumed;
  let next = await search.next();
  for (; next.done !== true; next = await search.next()) {
    ({ state } = next.value);
    const sofar = { search: state, finished: new Map(), refitted: new Map(), current: null };
    if (isDue()) yield { type: 'checkpoint', step: 0, bytes: writeCheckpoint(sofar, nameRun(run)) };
    yield { type: 'progress', fraction: next.value.fraction };
  }
  const result = next.value;
  yield { type: 'message', level: 'info', message: describeSearch(result) };
  return { run: withConfig(run, result.trials[result.chosen]?.config), result, state };
}

function withConfig(run: Run, changed: Partial<LeviConfig> = {}): Run {
  return { ...run, input: { ...run.input, config: { ...run.input.config, ...changed } } };
}

function tryOutIn(context: SearchContext): SearchInput['tryOut'] {
  const { run, predictors } = context;
  const { choosing: fit, validation } = run;
  return async (searched, maxEpochs) => {
    const trial = {
      ...context,
      run: withConfig(run, { ...searched, maxEpochs }),
      fit,
      finished: new Map(),
      searched: [],
    };
    const validate = validateAs(trial, 'levi');
    const training = trainEpochs(leviModel, {
      ...epochOptions(trial, 'levi'),
      validate: (tensors) => validate({ tensors, probeTaps: [] }),
      resume: null,
    });
    let next = await training.next();
    while (next.done !== true) next = await training.next();
    const { tensors, detail } = next.value;
    const answers = await predictors.answer(fit.adapterOf('levi', tensors, []), validation);
    const losses = calibratedLosses({
      family: run.question.family,
      answers,
      targets: validation.targets,
      weights: run.validationWeights,
    });
    return { epochs: Number(detail['best_epoch']), losses };
  };
}

function describeSearch({ trials, chosen }: SearchResult): string {
  const own = trials[0]?.validLoss ?? 0;
  const best = trials[chosen];
  const found =
    chosen === 0 || best === undefined
      ? "none is measurably better than the request's own"
      : `took width ${best.config.adaptingWidth}, learning rate ${best.config.learningRate}, dropout ${best.config.headDropout}, view dropout ${best.config.viewDropout}, weight decay ${best.config.weightDecay}: validation loss ${best.validLoss.toFixed(4)} instead of ${own.toFixed(4)}`;
  return `Searched ${trials.length} configurations of LEVI: ${found}.`;
}
