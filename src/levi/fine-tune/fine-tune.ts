import { mean } from '../metrics/classification-metrics.ts';
import { METRIC_NAMES } from '../metrics/metric-names.ts';
import { TASK_METRICS } from '../metrics/task-metric.ts';
import { createPredictorPool } from '../predictor/predictor-pool.ts';
import { measureMethod } from '../report/measure-method.ts';
import type { MeasuredMethod, NamedSet } from '../report/measure-method.ts';
import { writeReport } from '../report/write-report.ts';
import { assureServed } from '../assurance/assure-served.ts';
import { buildCandidates } from './build-candidates.ts';
import type { Candidate } from './build-candidates.ts';
import { chooseMethod } from './choose-method.ts';
import type { Choice } from './choose-method.ts';
import { createPause } from './create-pause.ts';
import type { FineTuneEvent, FineTuneInput, FineTuneResult } from './events.ts';
import { evaluationSet, prepareFit, prepareRun, shiftParam } from './prepare-run.ts';
import type { Run } from './prepare-run.ts';
import type { SeedScore } from './repeat-seeds.ts';
import type { TrainContext } from './train-context.ts';
import { repeatSeeds, summariseSeeds } from './repeat-seeds.ts';
import { refitParts, resumeRun, trainParts } from './train-parts.ts';
import { yieldToEventLoop } from './yield-to-event-loop.ts';

/** Where in the whole run choosing and training again end; measuring is the rest. */
const CHOOSING_ENDS = 0.6;
const REFITTING_ENDS = 0.9;

/**
 * Trains LEVI and its baselines on cached features, chooses what to serve on the validation rows, trains every method again
 * on training and validation rows together with what was chosen for it, and reports on rows that no choice has seen. Yields progress,
 * metrics, checkpoints and messages; returns the adapter and its report.
 *
 * Equal input, seed, device and threads give equal adapter bytes. Stops between two steps when the signal is aborted.
 * Throws `invalid_training_file`, `unsupported_option` or `training_failed`, each saying what to do.
 */
export async function* fineTune(input: FineTuneInput): AsyncGenerator<FineTuneEvent, FineTuneResult> {
  const run = prepareRun(input);
  const { signal } = input;
  const pause = createPause({ signal, yieldToEventLoop: input.yieldToEventLoop ?? yieldToEventLoop });
  for (const message of run.rows.notes) yield { type: 'message', level: 'info', message };
  yield describeRun(run);
  await using predictors = createPredictorPool(input.runtime);
  const { resumed, events } = resumeRun(run);
  yield* events;
  // Of the whole; each further seed is counted as long as all of the first.
  const share = 1 / input.config.seeds;
  const choosing = { run, fit: run.choosing, predictors, pause };
  const finished = yield* within(trainParts(choosing, resumed), 0, CHOOSING_ENDS * share);
  const choice = await chooseMethod({ ...choosing, finished });
  yield describeChoice(run, choice);

  const fit = prepareFit(run, [{ from: input.train, rows: run.rows.train }, run.rows.validation], run.choosing);
  const refitting = refitParts({ ...choosing, fit, finished }, resumed);
  const refitted = yield* within(refitting, CHOOSING_ENDS * share, REFITTING_ENDS * share);

  // The first use of the shift files: every choice is made.
  const shifts = shiftSets(run);
  const assured = await assureServed({ ...choosing, finished }, choice, buildCandidates(fit, refitted, choice));
  const measuring = measureAll({ run, predictors, pause, shifts }, assured.candidates, choice);
  const measured = yield* within(measuring, REFITTING_ENDS * share, share);
  const served = measured.find(({ report }) => report.method === choice.method);
  if (served === undefined) throw new Error('internal: the served method was not measured');
  const repeated = yield* repeatSeeds({
    context: { ...choosing, finished },
    fit,
    refitted,
    assembly: choice,
    shifts: shifts.map(({ set }) => set),
  });
  const report = writeReport({
    run,
    finished,
    served,
    method: choice.method,
    measured,
    repeated,
    seeds: summariseSeeds(run.question.family, measured.map(scoreOfMethod), repeated),
    notes: [...run.rows.notes, REFIT_NOTE, CHOICE_NOTE],
  });
  yield { type: 'message', level: 'info', message: report.verdict };
  return { adapter: served.bytes, report, curve: report.curve, driftReference: assured.driftReference };
}

const REFIT_NOTE =
  'Validation figures are of the models that were chosen among. Then each was trained once more, on the training and the validation rows, with what was chosen for it; all other figures are of these final models, on rows they have not seen.';

const CHOICE_NOTE =
  'The layers, strengths and mixing shares, the number of epochs and the served method were chosen on the validation rows, so every validation figure flatters, that of the served method most. No choice has seen the rows of the other figures.';

interface MeasuringContext extends Pick<TrainContext, 'run' | 'predictors' | 'pause'> {
  readonly shifts: readonly NamedSet[];
}

function shiftSets(run: Run): readonly NamedSet[] {
  return run.input.shifts.map((shift, index) => {
    const rows = Int32Array.from(shift.records.keys());
    return { name: shift.name, set: evaluationSet({ from: shift, rows }, run.question, shiftParam(index)) };
  });
}

function scoreOfMethod({ report, testRows, shiftRows }: MeasuredMethod): SeedScore {
  const { method, id, shifts } = report;
  const onShifts = shifts.map(({ score }) => score.value);
  return { method, testRows, shiftRows, id: id.score.value, ood: onShifts.length === 0 ? null : mean(onShifts) };
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

/** The events of one stage, its progress as that of the whole. */
async function* within<Result>(
  stage: AsyncGenerator<FineTuneEvent, Result>,
  from: number,
  to: number,
): AsyncGenerator<FineTuneEvent, Result> {
  let next = await stage.next();
  for (; next.done !== true; next = await stage.next()) {
    const event = next.value;
    yield event.type === 'progress' ? { ...event, fraction: from + (to - from) * event.fraction } : event;
  }
  return next.value;
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

function describeChoice({ input, question }: Run, { method, scores }: Choice): FineTuneEvent {
  const why = input.config.method === 'auto' ? 'chosen on validation, loss' : 'as asked for, validation loss';
  const { loss = 0, score = 0 } = scores.get(method) ?? {};
  const { name } = TASK_METRICS[question.family];
  const message = `Serving ${method}: ${why} ${loss.toFixed(4)}, ${METRIC_NAMES[name]} ${score.toFixed(3)}.`;
  return { type: 'message', level: 'info', message };
}
