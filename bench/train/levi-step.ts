import { createRandom, normalArray, tensor } from '../../src/engine/index.ts';
import type { Random, Runtime, Tensor } from '../../src/engine/index.ts';
import { LEVI_DEFAULTS } from '../../src/levi/config.ts';
import { scatterScores } from '../../src/levi/task-model/ngram-scores.ts';
import type { SparseGradient } from '../../src/levi/task-model/ngram-scores.ts';
import { createNgramEncoder, learnNgramVocabulary } from '../../src/levi/task-model/ngram-vocabulary.ts';
import { createTableSlots, TASK_NGRAMS } from '../../src/levi/task-model/task-tables.ts';
import { leviModel } from '../../src/levi/train/levi-model.ts';
import { gatherBatch, openTraining, takeStep } from '../../src/levi/train/train-epochs.ts';
import type { EpochOptions, Opened } from '../../src/levi/train/train-epochs.ts';
import type { TrainingData } from '../../src/levi/train/training-data.ts';
import { benchTexts } from '../texts.ts';
import { timeSteps } from './training-step.ts';
import type { OwnStep } from './training-step.ts';

const SEED = 1;
/** What a job of 2,000 texts learns from while it chooses. */
const ROWS = 1_400;
const TABLE = 'levi.ngrams';
// all-minilm-l6-v2
const TAPS = 7;
const WIDTH = 384;
const CLASSES = 2;

/** LEVI's own step, by the code that trains it: batch, masks, graph, AdamW, n-gram table. */
export async function openLeviStep(runtime: Runtime): Promise<OwnStep> {
  const random = createRandom(SEED);
  const data = simulateData(random);
  const options: EpochOptions = { runtime, data, config: LEVI_DEFAULTS, seed: SEED, pause: () => Promise.resolve() };
  const opened = await openTraining(leviModel, options);
  const { model, batchSize, training } = opened;
  const nextRows = drawRows(random, batchSize);
  const slots = createTableSlots(data);
  const compared = nextRows();
  const { feeds } = gatherBatch({ data, model, batchSize, tables: training.tables, random }, compared);
  return {
    peer: { tensors: { ...weightsOf(opened), ...peerData(data, compared, feeds) }, options: peerOptions() },
    check: async () => {
      const { loss, gradients, inputGradients } = await training.trainer.gradientsOf(feeds);
      const batch = { texts: data.texts, chosen: compared, slots: slots.ngrams };
      const sparse = scatterScores(inputGradients[TASK_NGRAMS] ?? new Float32Array(0), CLASSES, batch);
      return { loss, gradients: { ...gradients, [TABLE]: toDense(sparse, data.ngrams) } };
    },
    time: (steps) => timeSteps(steps, () => takeStep(options, opened, { chosen: nextRows(), slots })),
    [Symbol.asyncDispose]: () => training.trainer[Symbol.asyncDispose](),
  };
}

/** Real texts, standard normal numbers for features: what a step costs does not depend on them. */
function simulateData(random: Random): TrainingData {
  const texts = benchTexts(ROWS).rows.map(({ text }) => text);
  const vocabulary = learnNgramVocabulary(texts, CLASSES);
  const targets = new Float32Array(ROWS * CLASSES);
  for (let row = 0; row < ROWS; row += 1) targets[row * CLASSES + random.integer(CLASSES)] = 1;
  return {
    features: { rows: ROWS, taps: TAPS, width: WIDTH, data: normalArray(random, ROWS * TAPS * WIDTH, 1) },
    texts: createNgramEncoder(vocabulary)(texts),
    ngrams: vocabulary.length,
    fields: null,
    embeddings: [],
    images: null,
    family: 'softmax',
    rows: ROWS,
    outputs: CLASSES,
    targets,
    targetScale: 1,
    rowWeights: new Float32Array(ROWS).fill(1),
  };
}

/** Full batches of all rows in random order, epoch after epoch. */
function drawRows(random: Random, batchSize: number): () => Int32Array {
  let order = new Int32Array(0);
  return () => {
    if (order.length < batchSize) order = Int32Array.from(random.permutation(ROWS));
    const rows = order.subarray(0, batchSize);
    order = order.subarray(batchSize);
    return rows;
  };
}

type Tensors = Readonly<Record<string, Tensor>>;

/** Copies: training changes the weights where they lie. */
function weightsOf({ model, training: { trainer, tables } }: Opened): Tensors {
  const weights = Object.entries(model.shapes).map(
    ([name, dims]) => [name, tensor((trainer.parameters[name] ?? new Float32Array(0)).slice(), dims)] as const,
  );
  const [{ values, width }] = tables;
  return { ...Object.fromEntries(weights), [TABLE]: tensor(values.slice(), [values.length / width, width]) };
}

function peerData({ features, texts, targets }: TrainingData, rows: Int32Array, feeds: Tensors): Tensors {
  const { view_mask: viewMask, head_mask: headMask } = feeds;
  if (viewMask === undefined || headMask === undefined) throw new Error('internal: a batch without masks');
  const list = (data: Float32Array | Int32Array): Tensor => tensor(data, [data.length]);
  return {
    'data.features': tensor(features.data, [features.rows, features.taps, features.width]),
    'data.targets': tensor(targets, [features.rows, CLASSES]),
    'data.offsets': list(texts.offsets),
    'data.ngrams': list(texts.rows),
    'data.scales': list(texts.scales),
    'data.rows': list(rows),
    'data.view_mask': viewMask,
    'data.head_mask': headMask,
  };
}

function peerOptions(): Readonly<Record<string, number>> {
  const { learningRate, taskLearningRateFactor, weightDecay, beta, viewDropout, headDropout } = LEVI_DEFAULTS;
  return {
    seed: SEED,
    learning_rate: learningRate,
    task_learning_rate_factor: taskLearningRateFactor,
    weight_decay: weightDecay,
    beta,
    view_dropout: viewDropout,
    head_dropout: headDropout,
  };
}

function toDense({ rows, values }: SparseGradient, ngrams: number): Float32Array {
  const dense = new Float32Array(ngrams * CLASSES);
  for (const [index, row] of rows.entries()) {
    dense.set(values.subarray(index * CLASSES, (index + 1) * CLASSES), row * CLASSES);
  }
  return dense;
}
