import { createRandom, createTrainer, tensor } from '../../engine/index.ts';
import type { Feeds, Runtime, Tensor } from '../../engine/index.ts';
import type { LeviConfig } from '../config.ts';
import { prefixed } from '../tensor-names.ts';
import type { CurvePoint, PartEpoch, PartState, UntimedPart } from '../methods/trained-part.ts';
import {
  createTableSlots,
  createTaskTables,
  gatherTask,
  stepTaskTables,
  tableTensors,
  TASK_FIELDS,
  TASK_NGRAMS,
} from '../task-model/task-tables.ts';
import type { TableSlots, TaskBatch } from '../task-model/task-tables.ts';
import type { Pause } from './create-pause.ts';
import { chooseBatchSize } from './choose-batch-size.ts';
import { createEpochKeeper } from './epoch-keeper.ts';
import type { EpochModel } from './epoch-model.ts';
import { readEpochState, writeEpochState } from './epoch-state.ts';
import type { EpochTraining } from './epoch-training.ts';
import type { TrainingData, Validate } from './training-data.ts';
import { createTrainingScore } from './training-score.ts';

const LOGITS = 'logits';

export interface EpochOptions {
  readonly runtime: Runtime;
  readonly data: TrainingData;
  readonly config: LeviConfig;
  readonly seed: number;
  readonly pause: Pause;
}

/** A model as it is after one of the epochs that were chosen. */
export interface RefitEpoch {
  readonly epoch: number;
  /** Until the last one. */
  readonly left: number;
  readonly step: number;
  /** A copy. */
  readonly tensors: () => UntimedPart['tensors'];
}

export interface TrainEpochsOptions extends EpochOptions {
  readonly validate: Validate<Readonly<Record<string, Tensor>>>;
  readonly resume: PartState | null;
}

type CreateModel = (options: EpochOptions, batchSize: number) => EpochModel;

/** A model in training. */
export interface Opened {
  readonly model: EpochModel;
  readonly batchSize: number;
  readonly training: EpochTraining;
}

/**
 * Trains a model and its task model's tables together, and gives the epoch with the lowest validation loss. Resumed from any
 * epoch's state it goes on bit for bit.
 */
export async function* trainEpochs(
  createModel: CreateModel,
  options: TrainEpochsOptions,
): AsyncGenerator<PartEpoch, UntimedPart> {
  const { config, data, resume } = options;
  const opened = await openTraining(createModel, options);
  await using trainer = opened.training.trainer;
  const stepsPerEpoch = Math.ceil(data.rows / opened.batchSize);
  const keeper = createEpochKeeper({ config, stepsPerEpoch, hasFields: data.fields !== null });
  const training = resume === null ? opened.training : readEpochState(opened.training, keeper, resume);
  while (!keeper.isOver()) {
    const { trainLoss, trainScore } = await runEpoch(options, { ...opened, training });
    const weights = weightsOf({ ...opened, training });
    const { loss, score } = await options.validate(weights);
    const point: CurvePoint = {
      epoch: keeper.epochs() + 1,
      step: trainer.steps,
      trainLoss,
      trainScore,
      validLoss: loss,
      validScore: score,
    };
    keeper.add(point, weights);
    yield { point, fraction: keeper.fraction(), state: () => writeEpochState(training, keeper) };
  }
  const { weights, epoch } = keeper.best();
  return { tensors: weights, probeTaps: [], detail: { best_epoch: epoch }, curve: keeper.curve() };
}

/** Trains for a number of epochs that was chosen before; nothing is left to validate on. */
export async function refitEpochs(
  createModel: CreateModel,
  { onEpoch, ...options }: EpochOptions & { readonly onEpoch?: ((epoch: RefitEpoch) => void) | undefined },
  epochs: number,
): Promise<UntimedPart['tensors']> {
  const opened = await openTraining(createModel, options);
  await using trainer = opened.training.trainer;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    await runEpoch(options, opened);
    onEpoch?.({ epoch, left: epochs - epoch, step: trainer.steps, tensors: () => weightsOf(opened) });
  }
  return weightsOf(opened);
}

export async function openTraining(createModel: CreateModel, options: EpochOptions): Promise<Opened> {
  const { runtime, config, data, seed } = options;
  const batchSize = Math.min(chooseBatchSize(config.batchSize, data), data.rows);
  const model = createModel(options, batchSize);
  const { loss, logits } = model.build();
  const trainer = await createTrainer({
    runtime,
    loss,
    outputs: { [LOGITS]: logits },
    // Streams of their own, so that the masks are the same whatever the sizes of parameters and tables.
    parameters: model.initial(createRandom(seed ^ 0x5bd1e995)),
    optimizer: { learningRate: config.learningRate, weightDecay: config.weightDecay },
    inputGradients: [TASK_NGRAMS, ...(data.embeddings.length > 0 ? [TASK_FIELDS] : [])],
  });
  const tables = createTaskTables(data, data.outputs, createRandom(seed ^ 0x27d4eb2f));
  return { model, batchSize, training: { trainer, tables, random: createRandom(seed) } };
}

/** Of the epoch's steps: their mean loss, and how well the rows were answered while they were learned from. */
async function runEpoch(options: EpochOptions, opened: Opened): Promise<Pick<CurvePoint, 'trainLoss' | 'trainScore'>> {
  const { data, pause } = options;
  const order = opened.training.random.permutation(data.rows);
  const slots = createTableSlots(data);
  const score = createTrainingScore(data);
  let total = 0;
  let steps = 0;
  for (let start = 0; start < order.length; start += opened.batchSize) {
    await pause();
    const chosen = order.subarray(start, start + opened.batchSize);
    const { loss, logits } = await takeStep(options, opened, { chosen, slots });
    score.add(chosen, logits);
    total += loss;
    steps += 1;
  }
  return { trainLoss: total / steps, trainScore: score.value() };
}

interface StepRows {
  /** At most a batch. */
  readonly chosen: Int32Array;
  readonly slots: TableSlots;
}

/** One step on the chosen rows: parameters and tables. Gives loss and answers before it. */
export async function takeStep(
  { data, config }: Pick<EpochOptions, 'data' | 'config'>,
  { model, batchSize, training: { trainer, tables, random } }: Opened,
  { chosen, slots }: StepRows,
): Promise<{ readonly loss: number; readonly logits: Tensor }> {
  const { batch, feeds } = gatherBatch({ data, model, batchSize, tables, random }, chosen);
  const { loss, outputs, inputGradients: gradients } = await trainer.step(feeds);
  const options = {
    learningRate: config.learningRate * config.taskLearningRateFactor,
    weightDecay: config.weightDecay,
  };
  stepTaskTables(tables, data, { batch, chosen, gradients, slots, step: trainer.steps, options });
  const { [LOGITS]: logits } = outputs;
  if (logits === undefined) throw new Error('internal: a step without its answers');
  return { loss, logits };
}

interface BatchSource extends Pick<Opened, 'model' | 'batchSize'>, Pick<EpochTraining, 'tables' | 'random'> {
  readonly data: TrainingData;
}

/** All that a step on the chosen rows is fed. */
export function gatherBatch(
  { data, model, batchSize, tables, random }: BatchSource,
  chosen: Int32Array,
): { readonly batch: TaskBatch; readonly feeds: Feeds } {
  // Missing rows repeat row 0 with weight zero.
  const rows = new Int32Array(batchSize);
  rows.set(chosen);
  const own = model.feeds(rows, random);
  const batch = gatherTask(tables, data, { chosen: rows, random });
  return { batch, feeds: { ...own, ...batch.feeds, ...answersOf(data, rows, chosen.length) } };
}

/** Targets and what they count, of which the first `real` rows do. */
function answersOf({ targets, outputs, rowWeights }: TrainingData, rows: Int32Array, real: number): Feeds {
  const chosen = new Float32Array(rows.length * outputs);
  for (const [index, row] of rows.entries())
    chosen.set(targets.subarray(row * outputs, (row + 1) * outputs), index * outputs);
  const weights = Float32Array.from(rows, (row, index) => (index < real ? (rowWeights[row] ?? 1) / real : 0));
  return { targets: tensor(chosen, [rows.length, outputs]), sample_weights: tensor(weights, [rows.length]) };
}

/** Copies of the weights as an adapter holds them. */
function weightsOf({ model, training: { trainer, tables } }: Opened): Readonly<Record<string, Tensor>> {
  const weights = Object.entries(model.shapes).map(([name, dims]) => {
    const values = trainer.parameters[name];
    if (values === undefined) throw new Error(`internal: a model without the parameter "${name}"`);
    return [name, tensor(values.slice(), dims)] as const;
  });
  const parameters = Object.fromEntries(weights);
  return { ...(model.toAdapter?.(parameters) ?? parameters), ...prefixed(`${model.part}.`, tableTensors(tables)) };
}
