import { METHODS } from '../../contract/levi.ts';
import type { Method } from '../../contract/levi.ts';
import type { LeviConfig } from '../config.ts';
import { METHOD_RULES } from '../methods/method-rules.ts';
import { TRAINED_PARTS } from '../methods/trained-part.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { FineTuneEvent } from './events.ts';
import { PART_TRAINERS } from './part-trainers.ts';
import { nameRun } from './name-run.ts';
import type { TrainContext } from './train-context.ts';

/** Rough shares of the time, for the progress bar. */
const COSTS: Readonly<Record<TrainedPartKey, number>> = {
  prior: 0,
  linear_probe: 0.05,
  best_layer: 0.2,
  concat_all: 0.15,
  task_only: 0.1,
  levi: 0.5,
};

/**
 * Trains what the configuration asks for, in a fixed order, and yields a checkpoint after every part and every epoch. A run
 * resumed from one gives the same adapter.
 */
export async function* trainParts(
  context: Omit<TrainContext, 'finished'>,
): AsyncGenerator<FineTuneEvent, ReadonlyMap<TrainedPartKey, TrainedPart>> {
  const { input } = context.run;
  const run = nameRun(context.run);
  const resumed = input.checkpoint === undefined ? null : readCheckpoint(input.checkpoint, run);
  if (input.checkpoint !== undefined) yield announceResume(resumed);
  const finished = new Map(resumed?.finished);
  const needed = neededParts(input.config.method);
  const total = needed.reduce((sum, key) => sum + COSTS[key], 0);
  let done = needed.filter((key) => finished.has(key)).reduce((sum, key) => sum + COSTS[key], 0);
  for (const key of needed) {
    if (finished.has(key)) continue;
    const resume = resumed?.current?.key === key ? resumed.current : null;
    const startedMs = performance.now() - (resume?.seconds ?? 0) * 1000;
    const seconds = (): number => (performance.now() - startedMs) / 1000;
    const training = PART_TRAINERS[key]({ ...context, finished }, resume?.state ?? null);
    let next = await training.next();
    for (; next.done !== true; next = await training.next()) {
      const { point, fraction, state } = next.value;
      yield { type: 'metrics', method: methodOf(key), ...point };
      const current = { key, state: state(), seconds: seconds() };
      yield { type: 'checkpoint', step: point.step, bytes: writeCheckpoint({ finished, current }, run) };
      yield { type: 'progress', fraction: (done + fraction * COSTS[key]) / total };
    }
    finished.set(key, { ...next.value, seconds: seconds() });
    done += COSTS[key];
    yield { type: 'checkpoint', step: 0, bytes: writeCheckpoint({ finished, current: null }, run) };
    yield { type: 'progress', fraction: done / total };
  }
  return finished;
}

/** LEVI only where it can be served; the baselines always, as the report compares with them. */
function neededParts(method: LeviConfig['method']): readonly TrainedPartKey[] {
  const served: readonly Method[] = method === 'auto' ? METHODS : [method];
  const keys: readonly TrainedPartKey[] = served.flatMap((name) => [...METHOD_RULES[name].trainedFrom]);
  return TRAINED_PARTS.filter((key) => key !== 'levi' || keys.includes('levi'));
}

// Every part bears the name of the method that is served from it alone.
function methodOf(key: TrainedPartKey): Method {
  return key;
}

function announceResume(resumed: Checkpoint | null): FineTuneEvent {
  if (resumed === null) {
    const message = 'The checkpoint is not one of this run, or cannot be read: training starts again.';
    return { type: 'message', level: 'warn', message };
  }
  const { finished, current } = resumed;
  const where = current === null ? `after ${finished.size} of its parts` : `in the middle of ${current.key}`;
  return { type: 'message', level: 'info', message: `Resumed from a checkpoint, ${where}.` };
}
