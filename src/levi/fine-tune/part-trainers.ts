import { tensor } from '../../engine/index.ts';
import type { PartEpoch, PartState, TrainedPartKey, UntimedPart } from '../methods/trained-part.ts';
import { trainLevi } from '../train/train-levi.ts';
import { trainProbe } from '../train/train-probe.ts';
import { trainTaskOnly } from '../train/train-task-only.ts';
import { deriveSeed } from './derive-seed.ts';
import { validateAs } from './train-context.ts';
import type { TrainContext } from './train-context.ts';

/** Trains one part, an epoch at a time where it has epochs; `resume` is the state after an earlier epoch of the same run. */
export type PartTrainer = (context: TrainContext, resume: PartState | null) => AsyncGenerator<PartEpoch, UntimedPart>;

/** In the order of training: a part may use those finished before it. */
export const PART_TRAINERS = {
  prior: atOnce(({ run }) => Promise.resolve(measurePrior(run))),
  linear_probe: atOnce((context) => probe(context, [context.run.layers.length - 1])),
  concat_all: atOnce((context) => probe(context, [...context.run.layers.keys()])),
  best_layer: atOnce(findBestLayer),
  task_only: atOnce((context) =>
    trainTaskOnly({
      runtime: context.run.input.runtime,
      data: context.run.data,
      pause: context.pause,
      validate: (tensors) => validateAs(context, 'task_only')({ tensors, probeTaps: [] }),
    }),
  ),
  levi: (context, resume) =>
    trainLevi({
      runtime: context.run.input.runtime,
      data: context.run.data,
      config: context.run.input.config,
      seed: deriveSeed(context.run.input.seed, 'levi'),
      pause: context.pause,
      validate: (tensors) => validateAs(context, 'levi')({ tensors, probeTaps: [] }),
      resume,
    }),
} as const satisfies Record<TrainedPartKey, PartTrainer>;

function atOnce(train: (context: TrainContext) => Promise<UntimedPart>): PartTrainer {
  // oxlint-disable-next-line require-yield -- a part without epochs
  return async function* trainAtOnce(context) {
    return await train(context);
  };
}

/** Log frequencies of the labels as the loss weighs them. */
function measurePrior({ data }: TrainContext['run']): UntimedPart {
  const counts = new Float64Array(data.classes);
  for (const target of data.targets) counts[target] = (counts[target] ?? 0) + (data.classWeights[target] ?? 1);
  // Half a row for a class that training does not hold, so that its logarithm is finite.
  const bias = Float32Array.from(counts, (count) => Math.log(Math.max(count, 0.5) / data.targets.length));
  return { tensors: { 'prior.bias': tensor(bias, [1, data.classes]) }, probeTaps: [], detail: {}, curve: [] };
}

function probe(context: TrainContext, probeTaps: readonly number[]): ReturnType<typeof trainProbe> {
  const { run, pause } = context;
  const method = probeTaps.length === 1 ? 'best_layer' : 'concat_all';
  return trainProbe({
    runtime: run.input.runtime,
    data: run.data,
    probeTaps,
    pause,
    validate: validateAs(context, method),
  });
}

/** One probe per layer, the layer with the lowest validation loss; that on the last layer is there already. */
async function findBestLayer(context: TrainContext): Promise<UntimedPart> {
  const { layers } = context.run;
  const last = context.finished.get('linear_probe');
  if (last === undefined) throw new Error('internal: best_layer is trained after linear_probe');
  let best = { ...last, validLoss: (await validateAs(context, 'best_layer')(last)).loss };
  for (const tap of layers.keys().take(layers.length - 1)) {
    const candidate = { ...(await probe(context, [tap])), seconds: 0 };
    if (candidate.validLoss < best.validLoss) best = candidate;
  }
  const { tensors, probeTaps, detail, curve } = best;
  return { tensors, probeTaps, curve, detail: { ...detail, layer: layers[probeTaps[0] ?? 0] ?? 0 } };
}
