import { tensor } from '../../engine/index.ts';
import type { TaskPart } from '../methods/parts.ts';
import type { PartEpoch, PartState, TrainedPart, TrainedPartKey, UntimedPart } from '../methods/trained-part.ts';
import { LEVI_VARIANTS } from '../train/levi-variants.ts';
import type { LeviVariant } from '../train/levi-variants.ts';
import { leviModel } from '../train/levi-model.ts';
import { taskNetworkModel } from '../train/task-network-model.ts';
import { refitEpochs, trainEpochs } from '../train/train-epochs.ts';
import type { EpochOptions, TrainEpochsOptions } from '../train/train-epochs.ts';
import { refitHead2Toe, trainHead2Toe } from '../train/train-head2toe.ts';
import { refitProbe, trainProbe } from '../train/train-probe.ts';
import type { RefitProbeOptions } from '../train/train-probe.ts';
import { refitTaskOnly, trainTaskOnly } from '../train/train-task-only.ts';
import { deriveSeed } from '../derive-seed.ts';
import type { Family } from '../tasks/family.ts';
import { hasNetworks } from '../task-model/task-inputs.ts';
import type { TrainingData } from '../train/training-data.ts';
import { validateAs } from './train-context.ts';
import type { TrainContext } from './train-context.ts';

export interface PartTrainer {
  /** Roughly its share of the time, for the progress bar. */
  readonly cost: number;
  /** Trains and chooses on validation, an epoch at a time where there are epochs; `resume` is the state after an earlier one. */
  readonly choose: (context: TrainContext, resume: PartState | null) => AsyncGenerator<PartEpoch, UntimedPart>;
  /** Trains again with what was chosen, on the rows of the context's fit. */
  readonly refit: (context: TrainContext, chosen: TrainedPart) => Promise<UntimedPart['tensors']>;
}

/** In the order of training: a part may use those finished before it. */
export const PART_TRAINERS = {
  prior: {
    cost: 0,
    choose: atOnce(({ fit }) =>
      Promise.resolve({ tensors: measurePrior(fit.data), probeTaps: [], detail: {}, curve: [] }),
    ),
    refit: ({ fit }) => Promise.resolve(measurePrior(fit.data)),
  },
  linear_probe: {
    cost: 0.05,
    choose: atOnce((context) => probe(context, [context.run.layers.length - 1])),
    refit: reprobe,
  },
  concat_all: {
    cost: 0.15,
    choose: atOnce((context) => probe(context, [...context.run.layers.keys()])),
    refit: reprobe,
  },
  best_layer: { cost: 0.2, choose: atOnce(findBestLayer), refit: reprobe },
  task_only: {
    cost: 0.1,
    choose: (context, resume) =>
      (hasNetworks(context.fit.data) ? trainTaskNetworks : chooseTaskPenalty)(context, resume),
    refit: (context, chosen) =>
      hasNetworks(context.fit.data)
        ? refitEpochs(taskNetworkModel, epochOptions(context, 'task'), chosenNumber(chosen, 'best_epoch'))
        : refitTaskOnly(basics(context), chosenNumber(chosen, 'l2')),
  },
  levi: {
    cost: 0.5,
    choose: (context, resume) =>
      trainEpochs(leviModel, {
        ...epochOptions(context, 'levi'),
        validate: (tensors) => validateAs(context, 'levi')({ tensors, probeTaps: [] }),
        resume,
      }),
    refit: (context, chosen) =>
      refitEpochs(
        leviModel,
        { ...epochOptions(context, 'levi'), onEpoch: context.onLeviEpoch },
        chosenNumber(chosen, 'best_epoch'),
      ),
  },
  mlp_matched: leviVariant('mlp_matched', 0.5),
  head2toe: {
    cost: 1,
    choose: atOnce((context) =>
      trainHead2Toe({
        ...basics(context),
        probeTaps: [...context.run.layers.keys()],
        validate: validateAs(context, 'head2toe'),
      }),
    ),
    refit: (context, chosen) => refitHead2Toe(refitOptions(context, chosen)),
  },
  levi_no_task: leviVariant('levi_no_task', 0.5),
  levi_last: leviVariant('levi_last', 0.2),
  levi_noise: leviVariant('levi_noise', 0.5),
} as const satisfies Record<TrainedPartKey, PartTrainer>;

function atOnce(train: (context: TrainContext) => Promise<UntimedPart>): PartTrainer['choose'] {
  // oxlint-disable-next-line require-yield -- a part without epochs
  return async function* trainAtOnce(context) {
    return await train(context);
  };
}

function basics({ run, fit, pause }: TrainContext): Pick<EpochOptions, 'runtime' | 'data' | 'pause'> {
  return { runtime: run.input.runtime, data: fit.data, pause };
}

export function epochOptions(context: TrainContext, part: TaskPart): EpochOptions {
  const { config, seed } = context.run.input;
  return { ...basics(context), config, seed: deriveSeed(seed, part) };
}

/** The n-gram model alone is convex and solved to its optimum; with networks over fields or images it is trained by epochs. */
const chooseTaskPenalty = atOnce((context) => trainTaskOnly({ ...basics(context), validate: validateTask(context) }));

function trainTaskNetworks(context: TrainContext, resume: PartState | null): ReturnType<typeof trainEpochs> {
  return trainEpochs(taskNetworkModel, { ...epochOptions(context, 'task'), validate: validateTask(context), resume });
}

function validateTask(context: TrainContext): TrainEpochsOptions['validate'] {
  return (tensors) => validateAs(context, 'task_only')({ tensors, probeTaps: [] });
}

function chosenNumber({ detail }: TrainedPart, name: string): number {
  const value = detail[name];
  if (typeof value === 'number') return value;
  throw new Error(`internal: a part without its chosen "${name}"`);
}

/** What would be answered without looking at the input: the logits of the labels' frequencies, as the loss weighs them, or the mean. */
function measurePrior({ family, targets, rows, outputs, rowWeights }: TrainingData): UntimedPart['tensors'] {
  const sums = new Float64Array(outputs);
  for (const [place, target] of targets.entries()) {
    const output = place % outputs;
    sums[output] = (sums[output] ?? 0) + target * (rowWeights[Math.floor(place / outputs)] ?? 1);
  }
  const bias = Float32Array.from(sums, (sum) => PRIOR_LOGITS[family](sum, rows));
  return { 'prior.bias': tensor(bias, [1, outputs]) };
}

// Half a row for a label that training does not hold (or holds everywhere), so that logarithms are finite.
const PRIOR_LOGITS = {
  softmax: (sum, rows) => Math.log(Math.max(sum, 0.5) / rows),
  sigmoid: (sum, rows) => Math.log(Math.max(sum, 0.5) / Math.max(rows - sum, 0.5)),
  squared: (sum, rows) => sum / rows,
} as const satisfies Record<Family, (sum: number, rows: number) => number>;

function probe(context: TrainContext, probeTaps: readonly number[]): ReturnType<typeof trainProbe> {
  const method = probeTaps.length === 1 ? 'best_layer' : 'concat_all';
  return trainProbe({ ...basics(context), probeTaps, validate: validateAs(context, method) });
}

function reprobe(context: TrainContext, chosen: TrainedPart): Promise<UntimedPart['tensors']> {
  return refitProbe(refitOptions(context, chosen));
}

function refitOptions(context: TrainContext, chosen: TrainedPart): RefitProbeOptions {
  const { probeTaps, tensors } = chosen;
  return { ...basics(context), probeTaps, penalty: chosenNumber(chosen, 'l2'), start: tensors };
}

function leviVariant(key: keyof typeof LEVI_VARIANTS, cost: number): PartTrainer {
  const { options, tensors: own = {} }: LeviVariant = LEVI_VARIANTS[key];
  return {
    cost,
    choose: async function* chooseVariant(context, resume) {
      const validate = (tensors: UntimedPart['tensors']): ReturnType<ReturnType<typeof validateAs>> =>
        validateAs(context, key)({ tensors: { ...tensors, ...own }, probeTaps: [] });
      const part = yield* trainEpochs(leviModel, { ...options(epochOptions(context, 'levi')), validate, resume });
      return { ...part, tensors: { ...part.tensors, ...own } };
    },
    refit: async (context, chosen) => ({
      ...(await refitEpochs(leviModel, options(epochOptions(context, 'levi')), chosenNumber(chosen, 'best_epoch'))),
      ...own,
    }),
  };
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
