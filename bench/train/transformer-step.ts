import { createMoments, createTrainer, stepAdamW, tensor } from '../../src/engine/index.ts';
import type { Evaluation, Runtime, Tensor } from '../../src/engine/index.ts';
import { timeSteps } from './training-step.ts';
import type { OwnStep } from './training-step.ts';
import {
  buildTransformerLoss,
  EMBEDDED,
  initialTransformer,
  TRANSFORMER,
  transformerBatch,
  transformerDims,
  WORDS,
} from './transformer-model.ts';

const SEED = 1;
const OPTIMISER = { learning_rate: 1e-3, weight_decay: 0.01 } as const;

/** The engine's step: graph and AdamW as any user of the engine has them, the table of words on the host. */
export async function openTransformerStep(runtime: Runtime): Promise<OwnStep> {
  const { [WORDS]: words = new Float32Array(0), ...parameters } = initialTransformer(SEED);
  const options = { learningRate: OPTIMISER.learning_rate, weightDecay: OPTIMISER.weight_decay };
  const trainer = await createTrainer({
    runtime,
    loss: buildTransformerLoss(),
    parameters,
    optimizer: options,
    inputGradients: [EMBEDDED],
  });
  const { ids, targets } = transformerBatch(SEED);
  const table = createTable(words, Int32Array.from(ids.data, Number));
  const moments = createMoments(words.length);
  const feeds = () => ({ targets, [EMBEDDED]: table.gather() });
  const scatter = ({ inputGradients }: Evaluation): Float32Array =>
    table.scatter(inputGradients[EMBEDDED] ?? new Float32Array(0));
  return {
    peer: { tensors: { ...startTensors(), ids, targets }, options: { ...TRANSFORMER, ...OPTIMISER } },
    check: async () => {
      const evaluation = await trainer.gradientsOf(feeds());
      return { loss: evaluation.loss, gradients: { ...evaluation.gradients, [WORDS]: scatter(evaluation) } };
    },
    time: (steps) =>
      timeSteps(steps, async () => {
        const gradient = scatter(await trainer.step(feeds()));
        stepAdamW({ parameter: words, moments, step: trainer.steps, options }, gradient);
      }),
    [Symbol.asyncDispose]: () => trainer[Symbol.asyncDispose](),
  };
}

function startTensors(): Record<string, Tensor> {
  const parameters = Object.entries(initialTransformer(SEED));
  return Object.fromEntries(parameters.map(([name, data]) => [name, tensor(data, transformerDims(name))]));
}

interface Table {
  readonly gather: () => Tensor;
  /** The gradient of the whole table; the same array at every call. */
  readonly scatter: (gradient: Float32Array) => Float32Array;
}

function createTable(words: Float32Array, ids: Int32Array): Table {
  const { width } = TRANSFORMER;
  const rows = new Float32Array(ids.length * width);
  const whole = new Float32Array(words.length);
  return {
    gather: () => {
      for (const [position, id] of ids.entries()) {
        rows.set(words.subarray(id * width, (id + 1) * width), position * width);
      }
      return tensor(rows, [ids.length, width]);
    },
    scatter: (gradient) => {
      whole.fill(0);
      for (const [position, id] of ids.entries()) {
        const [from, to] = [position * width, id * width];
        for (let column = 0; column < width; column += 1) {
          whole[to + column] = (whole[to + column] ?? 0) + (gradient[from + column] ?? 0);
        }
      }
      return whole;
    },
  };
}
