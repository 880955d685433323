import { assertGroups, countGroups } from '../groups/count-groups.ts';
import { planFolds } from '../groups/plan-folds.ts';
import type { FoldPlan } from '../groups/plan-folds.ts';
import { mean } from '../metrics/classification-metrics.ts';
import { createPredictorPool } from '../predictor/predictor-pool.ts';
import type { EvaluationSet } from '../predictor/predictor-pool.ts';
import { describeCorruptions } from '../report/describe-corruptions.ts';
import { describeSearch } from '../report/describe-search.ts';
import { joinGroups } from '../report/join-groups.ts';
import { measureMethod } from '../report/measure-method.ts';
import type { MeasuredMethod, NamedSet } from '../report/measure-method.ts';
import { writeReport } from '../report/write-report.ts';
import type { Candidate } from '../run/candidate.ts';
import { createPause } from '../train/create-pause.ts';
import type { FineTuneEvent, FineTuneInput, FineTuneResult, LabelledFeatures } from '../run/events.ts';
import { evaluationSet, prepareRun, shiftParam } from '../run/prepare-run.ts';
import type { Run } from '../run/prepare-run.ts';
import type { SeedScore } from '../report/compare.ts';
import { assureServed } from './assure-served.ts';
import { buildCheckpoints } from './build-checkpoints.ts';
import type { Choice } from './choose-method.ts';
import { repeatSeeds, summariseSeeds } from './repeat-seeds.ts';
import { runFolds } from './run-folds.ts';
import type { TrainContext } from './train-context.ts';
import { resumeRun } from './train-parts.ts';
import { trainRun } from './train-run.ts';
import { within } from './within.ts';
import { yieldToEventLoop } from './yield-to-event-loop.ts';

/** Where in the first run measuring begins. */
const TRAINING_ENDS = 0.9;

/**
 * Trains LEVI and its baselines on cached features, chooses what to serve on the validation rows, trains every method again
 * on training and validation rows together with what was chosen for it, and reports on rows that no choice has seen. Yields progress,
 * metrics, checkpoints and messages; returns the adapter and its report.
 *
 * Equal input, seed, device and threads give equal adapter bytes. Stops between two steps when the signal is aborted.
 * Throws `invalid_training_file`, `unsupported_option` or `training_failed`, each saying what to do.
 */
export async function* fineTune(input: FineTuneInput): AsyncGenerator<FineTuneEvent, FineTuneResult> {
  const prepared = prepareRun(input);
  const { signal, config } = input;
  const pause = createPause({ signal, yieldToEventLoop: input.yieldToEventLoop ?? yieldToEventLoop });
  const groups = planGroups(prepared);
  for (const message of prepared.rows.notes) yield { type: 'message', level: 'info', message };
  yield describeRun(prepared);
  await using predictors = createPredictorPool(input.runtime);
  const { resumed, events } = resumeRun(prepared);
  yield* events;
  // Of the whole; each group and each further seed is counted as long as all of the first run.
  const share = 1 / (config.seeds + groups.folds.length);
  const training = trainRun({ run: prepared, predictors, pause }, resumed);
  const trained = yield* within(training, 0, TRAINING_ENDS * share);
  const { run, choice, finished } = trained;

  // The first use of the shift files and of the groups: every choice is made.
  const context = { run, predictors, pause };
  const shifts = shiftSets(run);
  const chosen = { ...context, fit: run.choosing, finished, searched: [] };
  const assured = await assureServed(chosen, choice, trained.candidates);
  const measuring = measureAll({ ...context, shifts }, assured.candidates, choice);
  const alone = yield* within(measuring, TRAINING_ENDS * share, share);
  const afterGroups = (1 + groups.folds.length) * share;
  const measured = joinGroups(alone, yield* within(runFolds(context, groups.folds), share, afterGroups), run.question);
  const served = measured.find(({ report }) => report.method === choice.method);
  if (served === undefined) throw new Error('internal: the served method was not measured');
  const repeating = repeatSeeds({
    context: chosen,
    fit: trained.fit,
    refitted: trained.refitted,
    assembly: choice,
    shifts: shifts.filter(({ kind }) => kind === 'file').map(({ set }) => set),
  });
  const repeated = yield* within(repeating, afterGroups, 1);
  const report = writeReport({
    run,
    finished,
    served,
    method: choice.method,
    measured,
    repeated,
    search: trained.search,
    seeds: summariseSeeds(run.question.family, measured.map(scoreOfMethod), repeated),
    notes: [
      ...run.rows.notes,
      REFIT_NOTE,
      CHOICE_NOTE,
      ...describeCorruptions(run.requested.corruptions, shifts),
      ...groups.notes,
      ...describeSearch(run.requested, trained.search),
    ],
  });
  yield { type: 'message', level: 'info', message: report.verdict };
  const checkpoints = buildCheckpoints({ ...trained, assurance: assured.tensors });
  const { driftReference } = assured;
  return { adapter: served.bytes, report, curve: report.curve, driftReference, checkpoints };
}

/** Throws `invalid_training_file` where groups are asked for and there are fewer than two. */
function planGroups({ input, rows }: Run): FoldPlan<LabelledFeatures> {
  const { config, train, seed } = input;
  if (config.groupBy === null) return { folds: [], notes: [] };
  assertGroups(countGroups(train.records), config.groupBy);
  return planFolds({ train, rows, seed });
}

const REFIT_NOTE =
  'Validation figures are of the models that were chosen among. Then each was trained once more, on the training and the validation rows, with what was chosen for it; all other figures are of these final models, on rows they have not seen.';

const CHOICE_NOTE =
  'The layers, strengths and mixing shares, the number of epochs and the served method were chosen on the validation rows, so every validation figure flatters, that of the served method most. No choice has seen the rows of the other figures.';

interface MeasuringContext extends Pick<TrainContext, 'run' | 'predictors' | 'pause'> {
  readonly shifts: readonly NamedSet[];
}

/** Of rows that a corruption changed only those that this run holds out: another target of the job may hold out others. */
function shiftSets(run: Run): readonly NamedSet[] {
  const heldOut = new Set(run.rows.test.rows);
  return run.input.shifts.flatMap((from, index): readonly NamedSet[] => {
    const { name, corrupted } = from;
    const setOf = (rows: Int32Array): EvaluationSet => evaluationSet({ from, rows }, run.question, shiftParam(index));
    const everyRow = Int32Array.from(from.records.keys());
    if (corrupted === undefined) return [{ name, kind: 'file', set: setOf(everyRow) }];
    const rows = everyRow.filter((row) => heldOut.has(corrupted.rows[row] ?? -1));
    const changed = rows.filter((row) => corrupted.changed[row] === true).length;
    return changed === 0 ? [] : [{ name, kind: 'corruption', set: setOf(rows), changed }];
  });
}

function scoreOfMethod({ report, testRows, shiftRows }: MeasuredMethod): SeedScore {
  const { method, id, shifts } = report;
  const onFiles = shifts.filter(({ kind }) => kind === 'file').map(({ score }) => score.value);
  return { method, testRows, shiftRows, id: id.score.value, ood: onFiles.length === 0 ? null : mean(onFiles) };
}

async function* measureAll(
  { run, predictors, pause, shifts }: MeasuringContext,
  candidates: readonly Candidate[],
  { scores, calibrations }: Choice,
): AsyncGenerator<FineTuneEvent, readonly MeasuredMethod[]> {
  const measured: MeasuredMethod[] = [];
  for (const candidate of candidates) {
    await pause();
    const validation = scores.get(candidate.method);
    const calibration = calibrations.get(candidate.method) ?? 1;
    const { question } = run;
    if (validation === undefined) throw new Error(`internal: ${candidate.method} was not scored`);
    measured.push(
      await measureMethod(candidate, { predictors, question, test: run.test, shifts, validation, calibration }),
    );
    yield { type: 'progress', fraction: measured.length / candidates.length };
  }
  return measured;
}

function describeRun({ rows, question, layers, choosing }: Run): FineTuneEvent {
  const message =
    `Training on ${rows.train.length} rows${describeQuestion(question)}, choosing on ${rows.validation.rows.length}, ` +
    `reporting on ${rows.test.rows.length}; ${layers.length} layers, ${choosing.data.ngrams} n-grams${describeReads(choosing)}.`;
  return { type: 'message', level: 'info', message };
}

function describeReads({ schema, data, hasText }: Run['choosing']): string {
  const fields = schema.map(({ name, type }) => `${name} (${type})`);
  const read = [...(fields.length === 0 ? [] : [`fields ${fields.join(', ')}`]), ...(data.images ? ['images'] : [])];
  const only = hasText || data.images ? '' : '; no record has a text, so the backbone reads nothing';
  return read.length === 0 ? '' : `; the task model reads ${read.join(' and ')}${only}`;
}

function describeQuestion({ task, labels }: Run['question']): string {
  return task === 'regression' ? ' with numbers' : ` of ${labels.length} ${task === 'ordinal' ? 'levels' : 'labels'}`;
}
