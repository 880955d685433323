import { writeAdapter } from '../adapter/write-adapter.ts';
import type { AdapterTensors } from '../adapter/adapter.ts';
import { ruleOf } from '../methods/method-rules.ts';
import type { TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import type { RefitEpoch } from '../train/train-epochs.ts';
import type { ModelCheckpoint } from '../run/events.ts';
import type { Fit } from '../run/prepare-fit.ts';
import { buildCandidates } from './build-candidates.ts';
import type { Choice } from './choose-method.ts';

/** As many as OpenAI keeps of a job. */
export const KEPT_EPOCHS = 3;

export interface KeptEpoch extends Omit<RefitEpoch, 'tensors'> {
  readonly tensors: TrainedPart['tensors'];
}

export interface CheckpointsInput {
  readonly fit: Fit;
  readonly finished: ReadonlyMap<TrainedPartKey, TrainedPart>;
  readonly refitted: ReadonlyMap<TrainedPartKey, TrainedPart>;
  readonly epochs: readonly KeptEpoch[];
  readonly choice: Choice;
  /** What the served adapter knows of how far to trust it; the same for all of them. */
  readonly assurance: AdapterTensors;
}

/**
 * The served model as it was after each of LEVI's last epochs, everything else as it is served. None where LEVI is no part of what is served:
 * the others are solved at once and have no steps. The losses are those of the same epoch while epochs were chosen.
 */
export function buildCheckpoints({
  fit,
  finished,
  refitted,
  epochs,
  choice,
  assurance,
}: CheckpointsInput): ModelCheckpoint[] {
  const levi = refitted.get('levi');
  const trainedFrom: readonly TrainedPartKey[] = ruleOf(choice.method).trainedFrom;
  if (levi === undefined || !trainedFrom.includes('levi')) return [];
  const curve = finished.get('levi')?.curve ?? [];
  return epochs.map(({ epoch, left, step, tensors }) => {
    const {
      trainLoss = null,
      trainScore = null,
      validLoss = null,
      validScore = null,
    } = curve.find((point) => point.epoch === epoch) ?? {};
    const figures = { epoch, step, trainLoss, trainScore, validLoss, validScore };
    if (left === 0) return { ...figures, adapter: null };
    const parts = new Map([...refitted, ['levi', { ...levi, tensors }] as const]);
    const candidate = buildCandidates(fit, parts, choice).find(({ method }) => method === choice.method);
    if (candidate === undefined) throw new Error(`internal: ${choice.method} has no checkpoint`);
    const { adapter } = candidate;
    return { ...figures, adapter: writeAdapter({ ...adapter, tensors: { ...adapter.tensors, ...assurance } }) };
  });
}
