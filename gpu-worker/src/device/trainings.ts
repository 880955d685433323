import { setImmediate as nextTurn } from 'node:timers/promises';
import { fineTuneTargets } from '../../../src/levi/index.ts';
import type { FeatureMatrix, FineTuneEvent, FineTuneTargetsInput } from '../../../src/levi/index.ts';
import { widenHalfs } from '../runtime/half-floats.ts';
import { toImageSet } from '../images/to-image-set.ts';
import type { OnnxRuntime } from '../runtime/onnx-runtime.ts';
import type { AnnouncedSplit, TrainingInput, TrainingOutcome } from './device.ts';
import type { TrainingChunk } from './messages.ts';

export interface Trainings {
  addRows(training: number, chunk: TrainingChunk): void;
  run(training: number, input: TrainingInput, onEvent: (event: FineTuneEvent) => void): Promise<TrainingOutcome>;
  stop(training: number): void;
}

/** Training runs of this process: rows first, chunk by chunk, then the run that takes them. */
export function createTrainings(runtime: OnnxRuntime): Trainings {
  const collected = new Map<number, CollectedRows>();
  const running = new Map<number, AbortController>();

  return {
    addRows: (training, { split, total, offset, numbers }) => {
      const rows = collected.get(training) ?? newRows();
      collected.set(training, rows);
      if (numbers instanceof Uint16Array) {
        const features = rows.features.get(split) ?? new Float32Array(total);
        rows.features.set(split, features);
        features.set(widenHalfs(numbers), offset);
      } else {
        const thumbnails = rows.thumbnails.get(split) ?? new Uint8Array(total);
        rows.thumbnails.set(split, thumbnails);
        thumbnails.set(numbers, offset);
      }
    },
    run: async (training, input, onEvent) => {
      const rows = collected.get(training) ?? newRows();
      collected.delete(training);
      const controller = new AbortController();
      running.set(training, controller);
      try {
        const run = fineTuneTargets(toFineTuneInput({ runtime, input, rows, signal: controller.signal }));
        for (;;) {
          const next = await run.next();
          if (next.done) return next.value;
          onEvent(next.value);
          await nextTurn();
        }
      } finally {
        running.delete(training);
      }
    },
    stop: (training) => {
      collected.delete(training);
      running.get(training)?.abort();
    },
  };
}

interface CollectedRows {
  /** By split name. */
  readonly features: Map<string, Float32Array>;
  readonly thumbnails: Map<string, Uint8Array>;
}

const newRows = (): CollectedRows => ({ features: new Map(), thumbnails: new Map() });

interface Prepared {
  readonly runtime: OnnxRuntime;
  readonly input: TrainingInput;
  readonly rows: CollectedRows;
  readonly signal: AbortSignal;
}

// Writing and sending one after every epoch took a tenth of a short job; more than this is not lost with a worker.
const CHECKPOINT_INTERVAL_MS = 2_000;

function toFineTuneInput({ runtime, input, rows, signal }: Prepared): FineTuneTargetsInput {
  const { taps, width } = input;
  const featuresOf = ({ name, records }: AnnouncedSplit): FeatureMatrix => {
    const data = rows.features.get(name);
    if (data?.length !== records.length * taps * width) {
      throw new Error(`internal: the features of split ${name} did not arrive whole`);
    }
    return { rows: records.length, taps, width, data };
  };
  const toSplit = (split: AnnouncedSplit) => {
    const thumbnails = rows.thumbnails.get(split.name);
    return {
      records: split.records,
      features: featuresOf(split),
      images: thumbnails && toImageSet(thumbnails, split.records.length),
    };
  };
  return {
    runtime,
    train: toSplit(input.train),
    validation: input.validation ? toSplit(input.validation) : undefined,
    shifts: input.shifts.map((shift) => ({ name: shift.title, corrupted: shift.corrupted, ...toSplit(shift) })),
    config: input.config,
    targets: input.targets,
    seed: input.seed,
    provenance: input.provenance,
    truncatedTexts: input.truncatedTexts,
    checkpoint: input.checkpoint ?? undefined,
    checkpointIntervalMs: CHECKPOINT_INTERVAL_MS,
    signal,
    // A turn of the whole loop, so that batches waiting on the channel are embedded between two steps.
    yieldToEventLoop: () => nextTurn(),
  };
}
