import { expect, test } from 'vitest';
import { createRandom, createTrainer, tensor } from '../../../src/engine/index.ts';
import { createPause } from '../../../src/levi/train/create-pause.ts';
import { prepareRun } from '../../../src/levi/run/prepare-run.ts';
import { createPredictor, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { LabelledFeatures } from '../../../src/levi/index.ts';
import { createTaskTables, gatherTask, TASK_FIELDS, TASK_NGRAMS } from '../../../src/levi/task-model/task-tables.ts';
import { leviModel } from '../../../src/levi/train/levi-model.ts';
import { taskNetworkModel } from '../../../src/levi/train/task-network-model.ts';
import { refitEpochs, trainEpochs } from '../../../src/levi/train/train-epochs.ts';
import { runtime, syntheticInput, TAPS, WIDTH } from './synthetic-task.ts';

const ROWS = 60;

/** Rows with a text, a number, a date and an image each, and a number to learn. Ids are left out: training replaces some by chance. */
function rowsOfAll(): LabelledFeatures {
  const random = createRandom(6);
  const features = Float32Array.from({ length: ROWS * TAPS * WIDTH }, () => random.normal());
  const records = Array.from({ length: ROWS }, (_, row) => ({
    text: `word ${row % 5} and ${row % 3}`,
    label: random.normal(),
    image: Uint8Array.of(row),
    fields: { price: row / 7, day: `2026-03-${String((row % 28) + 1).padStart(2, '0')}` },
  }));
  const data = Uint8Array.from({ length: ROWS * 3 * 16 * 16 }, () => random.integer(256));
  return {
    records,
    features: { rows: ROWS, taps: TAPS, width: WIDTH, data: features },
    images: { rows: ROWS, size: 16, data },
  };
}

test.each([
  ['levi', leviModel, 0.5],
  ['task_only', taskNetworkModel, 1],
] as const)(
  '%s answers in serving what it gave in training, of texts, fields and images',
  async (method, model, beta) => {
    const train = rowsOfAll();
    const config = resolveLeviConfig({
      levi: { task: 'regression', width: 8, view_dropout: 0, head_dropout: 0 },
      hyperparameters: { n_epochs: 1, batch_size: 256 },
    });
    const { choosing, rows } = prepareRun(syntheticInput({ train, config, shifts: [] }));
    const { data, adapterOf } = choosing;
    const pause = createPause({ signal: undefined, yieldToEventLoop: () => Promise.resolve() });
    const options = { runtime, data, config, seed: 3, pause };

    // The loss of the only batch is that before its step: of the weights that zero epochs give.
    const training = trainEpochs(model, {
      ...options,
      resume: null,
      validate: () => Promise.resolve({ loss: 0, score: 0 }),
    });
    const first = await training.next();
    const { trainLoss, trainScore } = first.done === true ? { trainLoss: NaN, trainScore: NaN } : first.value.point;
    const adapter = adapterOf(method, await refitEpochs(model, options, 0), []);

    await using predictor = await createPredictor(runtime, adapter.architecture.spec);
    const { answers, views } = await predictor.run(adapter, {
      features: train.features,
      texts: train.records.map(({ text }) => text),
      fields: train.records.map(({ fields }) => fields),
      images: train.images,
    });
    const scale = adapter.tensors['target.scale']?.data[0];
    const lossOf = (values: Float32Array): number =>
      rows.train.reduce((sum, row) => {
        const error = ((values[row] ?? 0) - Number(train.records[row]?.label)) / Number(scale);
        return sum + error ** 2 / rows.train.length;
      }, 0);
    const ofViews = (views ?? []).map((view) => lossOf(view.answers.data));
    const own = ofViews.reduce((sum, loss) => sum + loss / ofViews.length, 0);
    // LEVI's layers are rounded after training.
    const digits = method === 'levi' ? 2 : 4;
    expect(trainLoss).toBeCloseTo((1 - beta) * own + beta * lossOf(answers.data), digits);
    expect(trainScore).toBeCloseTo(Math.sqrt(lossOf(answers.data)) * Number(scale), digits);
    expect(adapter.architecture.spec.task).toEqual({ fieldInputs: 6, imageSize: 16 });
  },
);

test('view dropout hides n-grams from a view, and never fields', async () => {
  const config = resolveLeviConfig({ levi: { task: 'regression', width: 8, view_dropout: 0.9 } });
  const { choosing } = prepareRun(syntheticInput({ train: rowsOfAll(), config, shifts: [] }));
  const { data } = choosing;
  const pause = createPause({ signal: undefined, yieldToEventLoop: () => Promise.resolve() });
  const model = leviModel({ runtime, data, config, seed: 3, pause }, 4);
  await using trainer = await createTrainer({
    runtime,
    loss: model.build().loss,
    parameters: model.initial(createRandom(1)),
    optimizer: { learningRate: 0 },
    inputGradients: [TASK_NGRAMS, TASK_FIELDS],
  });
  const chosen = Int32Array.of(0, 1, 2, 3);
  const { feeds } = gatherTask(createTaskTables(data, 1, createRandom(2)), data, { chosen, random: null });
  const slopesWith = async (seen: number): Promise<readonly number[]> => {
    const { inputGradients } = await trainer.gradientsOf({
      ...model.feeds(chosen, createRandom(1)),
      ...feeds,
      view_mask: tensor(new Float32Array(TAPS * 4).fill(seen), [TAPS, 4, 1]),
      targets: tensor(Float32Array.of(1, 2, 3, 4), [4, 1]),
      sample_weights: tensor(new Float32Array(4).fill(0.25), [4]),
    });
    return [TASK_NGRAMS, TASK_FIELDS].map((name) => Math.hypot(...(inputGradients[name] ?? [NaN])));
  };
  const [hidden, seen] = [await slopesWith(0), await slopesWith(1)];
  expect(hidden[0]).toBe(0);
  expect(Math.min(hidden[1] ?? 0, ...seen)).toBeGreaterThan(0);
});
