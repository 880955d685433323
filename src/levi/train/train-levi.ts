import { createMoments, createRandom, createTrainer, stepAdamWRows, tensor } from '../../engine/index.ts';
import type { Moments, Random, Runtime, Tensor, Trainer } from '../../engine/index.ts';
import type { LeviConfig } from '../config.ts';
import type { Pause } from '../fine-tune/create-pause.ts';
import type { CurvePoint, PartEpoch, PartState, UntimedPart } from '../methods/trained-part.ts';
import { createRowSlots, scatterScores } from '../task-model/ngram-scores.ts';
import { lossOf } from '../tasks/family-graphs.ts';
import { createEpochKeeper } from './epoch-keeper.ts';
import { createBatchBuffers, leviBatch } from './levi-batch.ts';
import { buildLeviTraining, initialLeviParameters, leviParameterShapes, TASK_OUTPUT } from './levi-training-graph.ts';
import type { LeviShape } from './levi-training-graph.ts';
import { readLeviState, writeLeviState } from './levi-state.ts';
import type { TrainingData, Validate } from './training-data.ts';

export interface LeviOptions {
  readonly runtime: Runtime;
  readonly data: TrainingData;
  readonly config: LeviConfig;
  readonly seed: number;
  readonly pause: Pause;
}

export interface TrainLeviOptions extends LeviOptions {
  readonly validate: Validate<Readonly<Record<string, Tensor>>>;
  readonly resume: PartState | null;
}

/** What changes from step to step, beside the trainer's own parameters. */
export interface LeviTraining {
  readonly trainer: Trainer;
  /** `[ngrams, C]`, zero at the start, so that an n-gram says nothing before it was learned. */
  readonly table: Float32Array;
  readonly moments: Moments;
  readonly random: Random;
}

/**
 * Trains LEVI's views, heads and n-gram table together, and gives the epoch with the lowest validation loss. Resumed from
 * any epoch's state it goes on bit for bit.
 */
export async function* trainLevi(options: TrainLeviOptions): AsyncGenerator<PartEpoch, UntimedPart> {
  const { config, data, resume } = options;
  const shape = shapeOf(options);
  await using trainer = await openTrainer(options, shape);
  const fresh = startTraining(options, trainer);
  const stepsPerEpoch = Math.ceil(data.rows / shape.batchSize);
  const keeper = createEpochKeeper({ config, stepsPerEpoch });
  const training = resume === null ? fresh : readLeviState(fresh, keeper, resume);
  while (!keeper.isOver()) {
    const trainLoss = await runEpoch(options, shape, training);
    const weights = weightsOf(training, shape);
    const { loss, score } = await options.validate(weights);
    const point: CurvePoint = {
      epoch: keeper.epochs() + 1,
      step: trainer.steps,
      trainLoss,
      validLoss: loss,
      validScore: score,
    };
    keeper.add(point, weights);
    yield { point, fraction: keeper.fraction(), state: () => writeLeviState(training, keeper) };
  }
  const { weights, epoch } = keeper.best();
  return { tensors: weights, probeTaps: [], detail: { best_epoch: epoch }, curve: keeper.curve() };
}

/** Trains for a number of epochs that was chosen before; nothing is left to validate on. */
export async function refitLevi(options: LeviOptions, epochs: number): Promise<UntimedPart['tensors']> {
  const shape = shapeOf(options);
  await using trainer = await openTrainer(options, shape);
  const training = startTraining(options, trainer);
  for (let epoch = 0; epoch < epochs; epoch++) await runEpoch(options, shape, training);
  return weightsOf(training, shape);
}

function startTraining({ data, seed }: LeviOptions, trainer: Trainer): LeviTraining {
  const size = data.ngrams * data.outputs;
  return { trainer, table: new Float32Array(size), moments: createMoments(size), random: createRandom(seed) };
}

function shapeOf({ data, config }: LeviOptions): LeviShape {
  const { taps, width } = data.features;
  const batchSize = Math.min(config.batchSize, data.rows);
  return { taps, width, outputs: data.outputs, adaptingWidth: config.adaptingWidth, batchSize };
}

function openTrainer({ runtime, config, data, seed }: LeviOptions, shape: LeviShape): Promise<Trainer> {
  return createTrainer({
    runtime,
    loss: buildLeviTraining(shape, config.beta, lossOf(data.family, config.loss)),
    // A stream of its own, so that the masks are the same whatever the sizes of the parameters.
    parameters: initialLeviParameters(shape, createRandom(seed ^ 0x5bd1e995)),
    optimizer: { learningRate: config.learningRate, weightDecay: config.weightDecay },
    inputGradients: [TASK_OUTPUT],
  });
}

/** Mean loss of the epoch's steps. */
async function runEpoch(
  { data, config, pause }: LeviOptions,
  shape: LeviShape,
  training: LeviTraining,
): Promise<number> {
  const { trainer, table, moments, random } = training;
  const order = random.permutation(data.rows);
  const options = {
    learningRate: config.learningRate * config.taskLearningRateFactor,
    weightDecay: config.weightDecay,
  };
  const slots = createRowSlots(data.ngrams);
  const buffers = createBatchBuffers(shape);
  let total = 0;
  let steps = 0;
  for (let start = 0; start < order.length; start += shape.batchSize) {
    await pause();
    const rows = order.subarray(start, start + shape.batchSize);
    const { loss, inputGradients } = await trainer.step(
      leviBatch({ shape, data, config, table, rows, random, buffers }),
    );
    const gradient = inputGradients[TASK_OUTPUT] ?? new Float32Array(0);
    const sparse = scatterScores(gradient, shape.outputs, { texts: data.texts, chosen: rows, slots });
    stepAdamWRows({ parameter: table, moments, step: trainer.steps, options }, sparse);
    total += loss;
    steps += 1;
  }
  return total / steps;
}

/** Copies of the weights as an adapter holds them. */
function weightsOf({ trainer, table }: LeviTraining, shape: LeviShape): Readonly<Record<string, Tensor>> {
  const weights = Object.entries(leviParameterShapes(shape)).map(([name, dims]) => {
    const values = trainer.parameters[name];
    if (values === undefined) throw new Error(`internal: LEVI without the parameter "${name}"`);
    return [name, tensor(values.slice(), dims)] as const;
  });
  const scores = tensor(table.slice(), [table.length / shape.outputs, shape.outputs]);
  return { ...Object.fromEntries(weights), 'levi.ngrams': scores };
}
