import { COMPARISONS, METHODS } from '../../contract/levi.ts';
import type { Method } from '../../contract/levi.ts';
import type { LeviConfig } from '../config.ts';
import { METHOD_RULES } from '../methods/method-rules.ts';
import { TRAINED_PARTS } from '../methods/trained-part.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import type { FineTuneEvent } from '../run/events.ts';
import type { Run } from '../run/prepare-run.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { createPace } from './create-pace.ts';
import { PART_TRAINERS } from './part-trainers.ts';
import { nameRun } from './name-run.ts';
import type { TrainContext } from './train-context.ts';

const TOLD_EPOCHS = 30;
const TOLD_BEYOND = 10;
/** Small files take hundreds of short epochs: beyond the first 30 every tenth is told; the report's curves have all. */
const isTold = (epoch: number): boolean => epoch <= TOLD_EPOCHS || epoch % TOLD_BEYOND === 0;

type Parts = ReadonlyMap<TrainedPartKey, TrainedPart>;

/**
 * Trains what the configuration asks for, in a fixed order, choosing on the validation rows; yields a checkpoint after every
 * part and every epoch, if the last one is old enough. Resumed from one, it goes on bit for bit.
 */
export async function* trainParts(
  context: Omit<TrainContext, 'finished'>,
  resumed: Checkpoint | null,
): AsyncGenerator<FineTuneEvent, Parts> {
  const { run, searched: search } = context;
  const name = nameRun(run);
  const isDue = createPace(run.input.checkpointIntervalMs ?? 0);
  const finished = new Map(resumed?.finished);
  const refitted = new Map(resumed?.refitted);
  const progress = trackProgress(neededParts(run.input.config));
  for (const key of neededParts(run.input.config)) {
    if (!finished.has(key)) {
      const resume = resumed?.current?.key === key ? resumed.current : null;
      const seconds = startClock(resume?.seconds);
      const training = PART_TRAINERS[key].choose({ ...context, finished }, resume?.state ?? null);
      let next = await training.next();
      for (; next.done !== true; next = await training.next()) {
        const { point, fraction, state } = next.value;
        if (isTold(point.epoch)) yield { type: 'metrics', method: key, ...point };
        if (isDue()) {
          const current = { key, state: state(), seconds: seconds() };
          yield checkpoint(point.step, writeCheckpoint({ search, finished, refitted, current }, name));
        }
        yield progress.within(key, fraction);
      }
      finished.set(key, { ...next.value, seconds: seconds() });
      if (isDue()) yield checkpoint(0, writeCheckpoint({ search, finished, refitted, current: null }, name));
    }
    yield progress.done(key);
  }
  return finished;
}

/** Trains every finished part again on the rows of `context.fit`, with what was chosen for it. */
export async function* refitParts(
  context: TrainContext,
  resumed: Checkpoint | null,
): AsyncGenerator<FineTuneEvent, Parts> {
  const { finished, run, searched: search } = context;
  const isDue = createPace(run.input.checkpointIntervalMs ?? 0);
  const refitted = new Map(resumed?.refitted);
  const progress = trackProgress([...finished.keys()]);
  for (const [key, chosen] of finished) {
    if (!refitted.has(key)) {
      const seconds = startClock(chosen.seconds);
      const tensors = await PART_TRAINERS[key].refit(context, chosen);
      refitted.set(key, { ...chosen, tensors, seconds: seconds() });
      if (isDue()) yield checkpoint(0, writeCheckpoint({ search, finished, refitted, current: null }, nameRun(run)));
    }
    yield progress.done(key);
  }
  return refitted;
}

function checkpoint(step: number, bytes: Uint8Array): FineTuneEvent {
  return { type: 'checkpoint', step, bytes };
}

/** Seconds from now on, on top of those of an earlier attempt. */
function startClock(earlier = 0): () => number {
  const startedMs = performance.now();
  return () => earlier + (performance.now() - startedMs) / 1000;
}

function trackProgress(keys: readonly TrainedPartKey[]) {
  const total = keys.reduce((sum, key) => sum + PART_TRAINERS[key].cost, 0);
  let before = 0;
  const event = (cost: number): FineTuneEvent => ({ type: 'progress', fraction: total === 0 ? 1 : cost / total });
  return {
    within: (key: TrainedPartKey, fraction: number): FineTuneEvent =>
      event(before + fraction * PART_TRAINERS[key].cost),
    done: (key: TrainedPartKey): FineTuneEvent => {
      before += PART_TRAINERS[key].cost;
      return event(before);
    },
  };
}

/** LEVI only where it can be served, the baselines always, as the report compares with them; further ones when asked for. */
function neededParts({ method, baselines }: LeviConfig): readonly TrainedPartKey[] {
  const served: readonly Method[] = method === 'auto' ? METHODS : [method];
  const keys: readonly TrainedPartKey[] = served.flatMap((name) => [...METHOD_RULES[name].trainedFrom]);
  const isCompared = (key: TrainedPartKey): boolean => COMPARISONS.some((each) => each === key);
  return TRAINED_PARTS.filter((key) => {
    if (isCompared(key)) return baselines === 'all';
    return key !== 'levi' || keys.includes('levi');
  });
}

/** The checkpoint the run was given, if it is one of this run, and what to say of it. */
export function resumeRun(run: Run): {
  readonly resumed: Checkpoint | null;
  readonly events: readonly FineTuneEvent[];
} {
  const { checkpoint: bytes } = run.input;
  if (bytes === undefined) return { resumed: null, events: [] };
  const resumed = readCheckpoint(bytes, nameRun(run));
  return { resumed, events: [announceResume(resumed)] };
}

function announceResume(resumed: Checkpoint | null): FineTuneEvent {
  if (resumed === null) {
    const message = 'The checkpoint is not one of this run, or cannot be read: training starts again.';
    return { type: 'message', level: 'warn', message };
  }
  const { finished, refitted, current } = resumed;
  const where =
    current === null ? `after ${finished.size + refitted.size} of its parts` : `in the middle of ${current.key}`;
  return { type: 'message', level: 'info', message: `Resumed from a checkpoint, ${where}.` };
}
