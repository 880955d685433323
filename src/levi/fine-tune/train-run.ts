import type { LeviConfig } from '../config.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import { METRIC_NAMES } from '../metrics/metric-names.ts';
import { TASK_METRICS } from '../metrics/task-metric.ts';
import { relativeCost } from '../search/plan-rungs.ts';
import type { SearchResult } from '../search/search-config.ts';
import type { Candidate } from '../run/candidate.ts';
import type { FineTuneEvent } from '../run/events.ts';
import { prepareFit } from '../run/prepare-fit.ts';
import type { Fit } from '../run/prepare-fit.ts';
import type { Run } from '../run/prepare-run.ts';
import type { RefitEpoch } from '../train/train-epochs.ts';
import { buildCandidates } from './build-candidates.ts';
import type { Checkpoint } from './checkpoint.ts';
import { chooseMethod } from './choose-method.ts';
import type { Choice } from './choose-method.ts';
import { KEPT_EPOCHS } from './build-checkpoints.ts';
import type { KeptEpoch } from './build-checkpoints.ts';
import { runSearch } from './run-search.ts';
import type { TrainContext } from './train-context.ts';
import { refitParts, trainParts } from './train-parts.ts';
import { within } from './within.ts';

type Parts = ReadonlyMap<TrainedPartKey, TrainedPart>;

/** Everything that is decided and trained before anything is reported on. */
export interface TrainedRun {
  /** With the configuration that a search found, if one was asked for. */
  readonly run: Run;
  readonly search: SearchResult | null;
  readonly finished: Parts;
  readonly choice: Choice;
  /** What the final models learned from. */
  readonly fit: Fit;
  readonly refitted: Parts;
  readonly candidates: readonly Candidate[];
  /** LEVI after its last epochs, the last one among them; none where that training was done by an earlier attempt. */
  readonly epochs: readonly KeptEpoch[];
}

/** Of what follows a search; training again is the rest. */
const CHOOSING_ENDS = 0.65;

/**
 * Searches where it is asked for, trains and chooses on the validation rows, then trains every method again on training and validation rows
 * together, with what was chosen for it.
 */
export async function* trainRun(
  context: Pick<TrainContext, 'run' | 'predictors' | 'pause'>,
  resumed: Checkpoint | null,
): AsyncGenerator<FineTuneEvent, TrainedRun> {
  const { config } = context.run.input;
  const searchEnds = shareOfSearch(config);
  const searched = yield* within(runSearch(context, resumed?.search ?? []), 0, searchEnds);
  const { run, result, state } = searched;
  const choosing = { ...context, run, fit: run.choosing, searched: state };
  const middle = searchEnds + (1 - searchEnds) * CHOOSING_ENDS;
  const finished = yield* within(trainParts(choosing, resumed), searchEnds, middle);
  const choice = await chooseMethod({ ...choosing, finished });
  yield describeChoice(run, choice);
  const fit = prepareFit(run, [{ from: run.input.train, rows: run.rows.train }, run.rows.validation], run.choosing);
  const epochs: KeptEpoch[] = [];
  const onLeviEpoch = (epoch: RefitEpoch): void => {
    if (epoch.left < KEPT_EPOCHS) epochs.push({ ...epoch, tensors: epoch.tensors() });
  };
  const refitted = yield* within(refitParts({ ...choosing, fit, finished, onLeviEpoch }, resumed), middle, 1);
  const candidates = buildCandidates(fit, refitted, choice);
  return { run, search: result, finished, choice, fit, refitted, candidates, epochs };
}

function shareOfSearch({ search }: LeviConfig): number {
  if (search === null) return 0;
  const cost = 'trials' in search ? relativeCost(search.trials) : 1;
  return cost / (cost + 1);
}

function describeChoice({ input, question }: Run, { method, scores }: Choice): FineTuneEvent {
  const why = input.config.method === 'auto' ? 'chosen on validation, loss' : 'as asked for, validation loss';
  const { loss = 0, score = 0 } = scores.get(method) ?? {};
  const { name } = TASK_METRICS[question.family];
  const message = `Serving ${method}: ${why} ${loss.toFixed(4)}, ${METRIC_NAMES[name]} ${score.toFixed(3)}.`;
  return { type: 'message', level: 'info', message };
}
