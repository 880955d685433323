import { z } from 'zod';
import type { DriftReference } from '../../contract/drift.ts';
import type { FineTuningReport } from '../../contract/report.ts';
import { readSafetensors, writeSafetensors } from '../../engine/index.ts';
import { readBundle, writeBundle } from '../adapter/bundle.ts';
import { writeModel } from '../adapter/model-file.ts';
import type { LabelColumn } from '../records/columns.ts';
import type { FineTuneEvent, FineTuneInput, FineTuneResult, LabelledFeatures, ModelCheckpoint } from '../run/events.ts';
import { fineTune } from './fine-tune.ts';
import { labelledFor, seedOfTarget } from './of-target.ts';

export interface FineTuneTargetsInput extends FineTuneInput {
  /** One, or several that share records and features. */
  readonly targets: readonly Pick<LabelColumn, 'name' | 'task'>[];
}

export interface ModelResult {
  /** The model's file: an adapter, or a bundle of one per target. */
  readonly adapter: Uint8Array;
  readonly report: FineTuningReport;
  readonly curve: FineTuningReport['curve'];
  /** What the served model's predictions are to be compared with; of several targets the first one's. */
  readonly driftReference: DriftReference;
  /** Of one target; those of several would mix epochs that have nothing to do with each other. */
  readonly checkpoints: readonly ModelCheckpoint[];
}

/**
 * Fine-tunes every target on the same features, one after the other, each with its own choice of method: they share the backbone's
 * pass, which is nearly all of the cost, and no target's gain is another's loss. Checkpoints hold the targets that are done.
 */
export async function* fineTuneTargets(input: FineTuneTargetsInput): AsyncGenerator<FineTuneEvent, ModelResult> {
  const { targets } = input;
  const done = new Map<string, FineTuneResult>();
  const resumed = targets.length === 1 ? null : readProgress(input.checkpoint);
  for (const [name, result] of resumed?.done ?? []) done.set(name, result);
  for (const [index, target] of targets.entries()) {
    if (done.has(target.name)) continue;
    const checkpoint = targets.length === 1 ? input.checkpoint : resumed?.current.get(target.name);
    const run = fineTune(targets.length === 1 ? input : { ...inputOf(input, target), checkpoint });
    let next = await run.next();
    for (; next.done !== true; next = await run.next()) {
      yield targets.length === 1
        ? next.value
        : ofTarget(next.value, { name: target.name, index, of: targets.length, done });
    }
    done.set(target.name, next.value);
  }
  return joinResults(done);
}

function inputOf(input: FineTuneTargetsInput, { name, task }: FineTuneTargetsInput['targets'][number]): FineTuneInput {
  const labelled = <Set extends LabelledFeatures>(set: Set): Set => ({
    ...set,
    records: labelledFor(name, set.records),
  });
  const { validation } = input;
  return {
    ...input,
    target: name,
    train: labelled(input.train),
    validation: validation === undefined ? undefined : labelled(validation),
    shifts: input.shifts.map(labelled),
    config: { ...input.config, task: task ?? null },
    seed: seedOfTarget(input.seed, name),
  };
}

interface Place {
  readonly name: string;
  readonly index: number;
  readonly of: number;
  readonly done: ReadonlyMap<string, FineTuneResult>;
}

function ofTarget(event: FineTuneEvent, { name, index, of, done }: Place): FineTuneEvent {
  switch (event.type) {
    case 'message':
      return { ...event, message: `${name}: ${event.message}` };
    case 'progress':
      return { ...event, fraction: (index + event.fraction) / of };
    case 'checkpoint':
      return { ...event, bytes: writeProgress(done, { name, bytes: event.bytes }) };
    case 'metrics':
      return event;
    default:
      return event satisfies never;
  }
}

function joinResults(done: ReadonlyMap<string, FineTuneResult>): ModelResult {
  const [first, ...others] = done.values();
  if (first === undefined) throw new Error('internal: a job without a target');
  const adapter = writeModel(new Map([...done].map(([name, result]) => [name, result.adapter])));
  const checkpoints = others.length > 0 ? [] : first.checkpoints;
  const report = {
    object: 'fine_tuning.report' as const,
    ...first.report,
    other_targets: others.map((result) => result.report),
  };
  return { adapter, report, curve: first.curve, driftReference: first.driftReference, checkpoints };
}

const DONE = 'done/';
const CURRENT = 'current/';
const REPORTS = 'reports';
const REPORTS_KEY = 'levigate_reports';

type DoneReport = Pick<FineTuneResult, 'report' | 'driftReference'>;

interface Progress {
  readonly done: ReadonlyMap<string, FineTuneResult>;
  readonly current: ReadonlyMap<string, Uint8Array>;
}

function writeProgress(
  done: ReadonlyMap<string, FineTuneResult>,
  current: { readonly name: string; readonly bytes: Uint8Array },
): Uint8Array {
  const reports: Record<string, DoneReport> = Object.fromEntries(
    [...done].map(([name, { report, driftReference }]) => [name, { report, driftReference }]),
  );
  return writeBundle(
    new Map([
      [REPORTS, writeSafetensors({}, { [REPORTS_KEY]: JSON.stringify(reports) })],
      ...[...done].map(([name, { adapter }]) => [DONE + name, adapter] as const),
      [CURRENT + current.name, current.bytes],
    ]),
  );
}

/** Null when the bytes are none of ours: then everything is trained again, which costs time and no correctness. */
function readProgress(bytes: Uint8Array | undefined): Progress | null {
  if (bytes === undefined) return null;
  try {
    const files = readBundle(bytes);
    const { metadata } = readSafetensors(files?.get(REPORTS) ?? new Uint8Array(0));
    // Written by this very code, and read by the same version: a checkpoint's own header says of which run it is.
    const reports = z.record(z.string(), z.custom<DoneReport>()).parse(JSON.parse(metadata[REPORTS_KEY] ?? 'null'));
    const under = (prefix: string): (readonly [string, Uint8Array])[] =>
      [...(files ?? [])].flatMap(([name, file]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), file] as const] : [],
      );
    const done = under(DONE).flatMap(([name, adapter]) => {
      const stored = reports[name];
      return stored === undefined
        ? []
        : [[name, { adapter, ...stored, curve: stored.report.curve, checkpoints: [] }] as const];
    });
    return { done: new Map(done), current: new Map(under(CURRENT)) };
  } catch {
    return null;
  }
}
