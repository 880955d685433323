import { LevigateError } from '../../contract/errors.ts';
import { createPredictorPool } from '../predictor/predictor-pool.ts';
import { measureMethod } from '../report/measure-method.ts';
import type { MeasuredMethod } from '../report/measure-method.ts';
import { writeReport } from '../report/write-report.ts';
import { buildCandidates } from './build-candidates.ts';
import type { Candidate } from './build-candidates.ts';
import { createPause } from './create-pause.ts';
import type { FineTuneEvent, FineTuneInput, FineTuneResult } from './events.ts';
import { evaluationSet, prepareRun, shiftParam } from './prepare-run.ts';
import type { Run } from './prepare-run.ts';
import { trainParts } from './train-parts.ts';
import { yieldToEventLoop } from './yield-to-event-loop.ts';

/** Of the whole run; measuring is the rest. */
const TRAINING_SHARE = 0.9;

/**
 * Trains LEVI and its baselines on cached features, chooses what to serve on the validation rows, and reports on rows that no
 * choice has seen. Yields progress, metrics, checkpoints and messages; returns the adapter and its report.
 *
 * Equal input, seed, device and threads give equal adapter bytes. Stops between two steps when the signal is aborted.
 * Throws `invalid_training_file`, `unsupported_option` or `training_failed`, each saying what to do.
 */
export async function* fineTune(input: FineTuneInput): AsyncGenerator<FineTuneEvent, FineTuneResult> {
  const run = prepareRun(input);
  const pause = createPause({
    signal: input.signal,
    yieldToEventLoop: input.yieldToEventLoop ?? yieldToEventLoop,
  });
  for (const message of run.rows.notes) yield { type: 'message', level: 'info', message };
  yield describeRun(run);
  await using predictors = createPredictorPool(input.runtime);
  const training = trainParts({ run, predictors, pause });
  let next = await training.next();
  for (; next.done !== true; next = await training.next()) yield scaled(next.value);
  const finished = next.value;
  await pause();
  const candidates = await buildCandidates({ run, predictors, pause, finished });
  const chosen = chooseServed(candidates, input.config.method);
  yield describeChoice(chosen, input.config.method);

  // The first use of the shift files: every choice is made.
  const shifts = input.shifts.map((shift, index) => ({
    name: shift.name,
    set: evaluationSet(shift, Int32Array.from(shift.records.keys()), run.labels, shiftParam(index)),
  }));
  const measured: MeasuredMethod[] = [];
  for (const candidate of candidates) {
    await pause();
    measured.push(await measureMethod(candidate, { predictors, test: run.test, shifts }));
    yield {
      type: 'progress',
      fraction: TRAINING_SHARE + (1 - TRAINING_SHARE) * (measured.length / candidates.length),
    };
  }
  const served = measured.find(({ report }) => report.method === chosen.method);
  if (served === undefined) throw new Error('internal: the served method was not measured');
  const report = writeReport({ run, finished, served, measured, notes: run.rows.notes });
  yield { type: 'message', level: 'info', message: report.verdict };
  return { adapter: served.bytes, report, curve: report.curve };
}

function scaled(event: FineTuneEvent): FineTuneEvent {
  return event.type === 'progress' ? { ...event, fraction: event.fraction * TRAINING_SHARE } : event;
}

function chooseServed(candidates: readonly Candidate[], method: FineTuneInput['config']['method']): Candidate {
  const [best] =
    method === 'auto'
      ? candidates.toSorted((a, b) => a.validation.loss - b.validation.loss)
      : candidates.filter((candidate) => candidate.method === method);
  if (best !== undefined) return best;
  throw new LevigateError('unknown_method', `levi.method: "${method}" cannot be trained. Leave it out or use "auto".`, {
    param: 'levi.method',
  });
}

function describeRun({ rows, labels, layers, data }: Run): FineTuneEvent {
  const message =
    `Training on ${rows.train.length} rows of ${labels.length} labels, choosing on ${rows.validation.rows.length}, ` +
    `reporting on ${rows.test.rows.length}; ${layers.length} layers, ${data.ngrams} n-grams.`;
  return { type: 'message', level: 'info', message };
}

function describeChoice({ method, validation }: Candidate, asked: string): FineTuneEvent {
  const why = asked === 'auto' ? 'the lowest validation loss' : 'as asked for, validation loss';
  const message = `Serving ${method}: ${why} ${validation.loss.toFixed(4)}, accuracy ${validation.accuracy.toFixed(3)}.`;
  return { type: 'message', level: 'info', message };
}
