import { describe, expect, test } from 'vitest';
import { createGraph, createRandom, createTrainer, linear, squaredError, tensor } from '../../../src/engine/index.ts';
import type { Trainer } from '../../../src/engine/index.ts';
import { createFieldsEncoder, UNKNOWN } from '../../../src/levi/fields/fields-encoder.ts';
import type { FieldValues } from '../../../src/levi/fields/field-values.ts';
import type { FieldsSchema } from '../../../src/levi/fields/fields-schema.ts';
import { inferFieldTypes, learnFieldsSchema } from '../../../src/levi/fields/learn-fields-schema.ts';
import type { FieldTypes } from '../../../src/levi/fields/learn-fields-schema.ts';
import type { ImageSet } from '../../../src/levi/image-set.ts';
import { coverageQuantiles, gateOf, measureCoverage } from '../../../src/levi/task-model/coverage-gate.ts';
import { chooseIds, embeddingSizes } from '../../../src/levi/task-model/field-embeddings.ts';
import { createNgramEncoder, learnNgramVocabulary } from '../../../src/levi/task-model/ngram-vocabulary.ts';
import { withoutTaskInputs } from '../../../src/levi/task-model/take-task-inputs.ts';
import type { TaskInputs } from '../../../src/levi/task-model/task-inputs.ts';
import {
  initialTaskWeights,
  taskOutput,
  taskWeightShapes,
  taskWidth,
} from '../../../src/levi/task-model/task-output.ts';
import { createTaskReader } from '../../../src/levi/task-model/task-reader.ts';
import {
  createTableSlots,
  createTaskTables,
  gatherTask,
  stepTaskTables,
  tableTensors,
  TASK_FIELDS,
  TASK_IMAGES,
  TASK_NGRAMS,
  taskModelSpec,
} from '../../../src/levi/task-model/task-tables.ts';
import type { TaskTables } from '../../../src/levi/task-model/task-tables.ts';
import { chooseBatchSize } from '../../../src/levi/train/choose-batch-size.ts';
import { createTestRuntime } from '../../support/runtime.ts';

function learnFields(rows: readonly (FieldValues | undefined)[], types?: FieldTypes): FieldsSchema {
  return learnFieldsSchema(rows, inferFieldTypes(rows, types));
}

const runtime = createTestRuntime();

interface Rows {
  readonly texts?: readonly string[];
  readonly fields?: readonly FieldValues[];
  readonly images?: ImageSet;
}

function inputsOf(rows: number, { texts = Array.from({ length: rows }, () => ''), fields, images }: Rows): TaskInputs {
  const vocabulary = learnNgramVocabulary(texts, 1);
  const schema = learnFields(fields ?? []);
  return {
    texts: createNgramEncoder(vocabulary)(texts),
    ngrams: vocabulary.length,
    fields: fields === undefined ? null : createFieldsEncoder(schema)(fields),
    embeddings: embeddingSizes(schema),
    images: images ?? null,
  };
}

/** A squared error of one output on s, as small as a task model's graph can be. */
async function openTask(inputs: TaskInputs, batch: number, learningRate = 1e-2): Promise<Trainer> {
  const spec = taskModelSpec(inputs);
  const width = taskWidth(spec, 1);
  const shapes = taskWeightShapes(spec);
  const graph = createGraph();
  const input = (name: string, dims: readonly number[]) => graph.input(name, 'float32', dims);
  const s = taskOutput(spec, {
    ngrams: () => input(TASK_NGRAMS, [batch, 1]),
    fields: () => input(TASK_FIELDS, [batch, spec.fieldInputs]),
    images: () => input(TASK_IMAGES, [batch, 3, spec.imageSize, spec.imageSize]),
    weight: (name) => graph.parameter(name, shapes[name] ?? []),
  });
  expect(s.shape).toEqual([batch, width]);
  const prediction = linear(s, graph.parameter('head', [width, 1]), graph.parameter('head_bias', [1, 1]));
  return createTrainer({
    runtime,
    loss: squaredError(prediction, input('targets', [batch, 1])),
    parameters: {
      ...initialTaskWeights(spec, createRandom(1)),
      head: Float32Array.from({ length: width }, (_, index) => (index === 0 ? 1 : 0.2 * Math.sin(index))),
      head_bias: new Float32Array(1),
    },
    optimizer: { learningRate },
    inputGradients: [TASK_NGRAMS, ...(spec.fieldInputs > 0 ? [TASK_FIELDS] : [])],
  });
}

const FIELDS = [
  { plan: 'pro', age: 30, user_id: 1 },
  { plan: 'free', age: 40, user_id: 2 },
  { plan: 'pro', user_id: 3 },
  { plan: 'free', age: 25, user_id: 1 },
];
const TEXTS = ['good film', 'bad film', 'good actors', 'bad actors'];

describe('the tables', () => {
  test('move against the gradient of what was gathered from them, each row that was read and no other', async () => {
    const inputs = inputsOf(4, { texts: TEXTS, fields: FIELDS });
    await using trainer = await openTask(inputs, 4);
    const chosen = Int32Array.of(0, 1, 3, 0);
    const targets = { targets: tensor(Float32Array.of(1, -2, 0.5, 3), [4, 1]) };
    const lossOf = async (tables: TaskTables): Promise<number> => {
      const { feeds } = gatherTask(tables, inputs, { chosen, random: null });
      return (await trainer.gradientsOf({ ...feeds, ...targets })).loss;
    };
    const tables = createTaskTables(inputs, 1, createRandom(3));
    const before = tableTensors(tables);
    const batch = gatherTask(tables, inputs, { chosen, random: null });
    const { inputGradients } = await trainer.gradientsOf({ ...batch.feeds, ...targets });
    // At a learning rate of zero only the moments move: the first one by a tenth of the gradient.
    const options = { learningRate: 0 };
    const slots = createTableSlots(inputs);
    stepTaskTables(tables, inputs, { batch, chosen, gradients: inputGradients, slots, step: 1, options });
    for (const { name, values, moments } of tables) {
      expect(values).toEqual(before[name]?.data);
      for (const [index, first] of moments.first.entries()) {
        const kept = values[index] ?? 0;
        const shifted = async (by: number): Promise<number> => {
          values[index] = kept + by;
          const loss = await lossOf(tables);
          values[index] = kept;
          return loss;
        };
        const numeric = ((await shifted(1e-2)) - (await shifted(-1e-2))) / 2e-2;
        expect(first * 10, `${name} ${index}`).toBeCloseTo(numeric, 2);
      }
    }
    const [, , users] = tables;
    const third = (2 + 2) * (users?.width ?? 0);
    expect(users?.moments.second.subarray(third, third + 1)).toEqual(new Float32Array(1));
  });

  test('are left alone by the padding behind the real rows of a batch', async () => {
    const inputs = inputsOf(4, { fields: FIELDS });
    const tables = createTaskTables(inputs, 1, createRandom(3));
    const { fieldInputs } = taskModelSpec(inputs);
    const batch = gatherTask(tables, inputs, { chosen: Int32Array.of(1, 0, 0, 0), random: null });
    const gradients = { [TASK_NGRAMS]: new Float32Array(4), [TASK_FIELDS]: new Float32Array(4 * fieldInputs).fill(1) };
    const chosen = Int32Array.of(1);
    const options = { learningRate: 0.1, weightDecay: 0 };
    const before = tableTensors(tables);
    stepTaskTables(tables, inputs, { batch, chosen, gradients, slots: createTableSlots(inputs), step: 1, options });
    const moved = tables.map(({ name, values, width }) =>
      Array.from({ length: values.length / width }, (_, row) => row).filter(
        (row) => values[row * width] !== before[name]?.data[row * width],
      ),
    );
    expect(moved).toEqual([[], [2], [3]]);
  });

  test('are sized by the number of values: the root of it, at most 16', () => {
    const schema = learnFields(
      Array.from({ length: 1000 }, (_, row) => ({ few: row % 3, many: row, size: row / 7 })),
      { few: 'categorical', many: 'id', size: 'number' },
    );
    expect(embeddingSizes(schema)).toEqual([
      { rows: 5, width: 2, unknownShare: 0.02 },
      { rows: 1002, width: 16, unknownShare: 0.1 },
    ]);
  });
});

test('a tenth of the ids is unknown in training, the same ones for the same seed, and none in serving', () => {
  const rows = Array.from({ length: 2000 }, (_, row) => ({ user_id: row % 50 }));
  const inputs = inputsOf(2000, { fields: rows });
  const { fields, embeddings } = inputs;
  if (fields === null) throw new Error('fields are expected');
  const chosen = Int32Array.from(rows.keys());
  const unknownOf = (seed: number | null): number =>
    chooseIds(fields, embeddings, { chosen, random: seed === null ? null : createRandom(seed) })[0]?.filter(
      (id) => id === UNKNOWN,
    ).length ?? 0;
  expect(unknownOf(null)).toBe(0);
  expect(unknownOf(5) / 2000).toBeCloseTo(0.1, 1);
  expect(unknownOf(5)).toBe(unknownOf(5));
});

/** Trains for some steps on all rows and gives the mean squared error before and after. */
async function train(inputs: TaskInputs, targets: Float32Array, steps: number): Promise<readonly [number, number]> {
  const rows = targets.length;
  await using trainer = await openTask(inputs, rows);
  const tables = createTaskTables(inputs, 1, createRandom(2));
  const chosen = Int32Array.from(targets.keys());
  const slots = createTableSlots(inputs);
  const options = { learningRate: 3e-2 };
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const batch = gatherTask(tables, inputs, { chosen, random: null });
    const { loss, inputGradients } = await trainer.step({ ...batch.feeds, targets: tensor(targets, [rows, 1]) });
    stepTaskTables(tables, inputs, { batch, chosen, gradients: inputGradients, slots, step, options });
    losses.push(loss);
  }
  return [losses[0] ?? NaN, losses.at(-1) ?? NaN];
}

describe('the coverage gate', () => {
  test('opens with the share of validation rows that are known as little: half of them open it wholly', () => {
    const coverage = Float32Array.from({ length: 200 }, (_, row) => row / 199);
    const quantiles = coverageQuantiles(coverage);
    expect(quantiles).toHaveLength(101);
    const gate = gateOf(Float32Array.of(0, 0.1, 0.25, 0.5, 1), quantiles);
    expect([...gate].map((value) => Math.round(value * 10) / 10)).toEqual([0, 0.2, 0.5, 1, 1]);
    // Where every validation row is known, so is all that is as good, and nothing else.
    expect([...gateOf(Float32Array.of(1, 0.9), coverageQuantiles(new Float32Array(50).fill(1)))]).toEqual([1, 0]);
  });

  test('measures n-grams and ids that were learned from, and passes what has neither', () => {
    const train = { texts: ['red cat', 'red cat'], fields: [{ user_id: 1 }, { user_id: 2 }] };
    const vocabulary = learnNgramVocabulary(train.texts, 1);
    const read = createTaskReader({ vocabulary, schema: learnFields(train.fields), imageSize: 0 });
    const covered = read({ texts: ['red cat', 'red dog', 'a dog'], fields: [{ user_id: 2 }, { user_id: 9 }, {}] });
    expect([...measureCoverage(covered)]).toEqual([1, expect.closeTo(1 / 6), 0]);
    const blank = createTaskReader({ vocabulary: new Int32Array(0), schema: [], imageSize: 0 });
    expect([...measureCoverage(blank({ texts: ['x'] }))]).toEqual([1]);
  });
});

test('a batch holds 64 rows, with fields a fortieth of an epoch up to 512, or what was asked for', () => {
  const of = (rows: number, fields: readonly FieldValues[]) => ({ ...inputsOf(fields.length, { fields }), rows });
  expect([500, 20_000].map((rows) => chooseBatchSize('auto', { ...withoutTaskInputs(0), rows }))).toEqual([64, 64]);
  expect([500, 6000, 90_000].map((rows) => chooseBatchSize('auto', of(rows, FIELDS)))).toEqual([64, 128, 512]);
  expect(chooseBatchSize(100, of(90_000, FIELDS))).toBe(100);
});

describe('the networks', () => {
  test('learn from ids and numbers what no text says', async () => {
    const fields = Array.from({ length: 120 }, (_, row) => ({
      user_id: row % 12,
      item: `i${row % 5}`,
      price: row % 7,
    }));
    const targets = Float32Array.from(
      fields,
      ({ user_id, item, price }) => Math.sin(user_id * 3) + (item === 'i2' ? 1 : 0) + price / 7,
    );
    const [before, after] = await train(inputsOf(120, { fields }), targets, 120);
    expect(before).toBeGreaterThan(0.3);
    expect(after).toBeLessThan(0.02);
  });

  test('learn from images: which half of a thumbnail is bright', async () => {
    const random = createRandom(4);
    const targets = Float32Array.from({ length: 48 }, (_, row) => row % 2);
    const data = new Uint8Array(48 * 3 * 16 * 16);
    for (const [index] of data.entries()) {
      const isLower = Math.floor(index / 16) % 16 >= 8;
      const isBright = isLower === (targets[Math.floor(index / 768)] === 1);
      data[index] = (isBright ? 120 : 60) + 80 * random.uniform();
    }
    const [before, after] = await train(inputsOf(48, { images: { rows: 48, size: 16, data } }), targets, 60);
    expect(before).toBeGreaterThan(0.2);
    expect(after).toBeLessThan(0.05);
  });
});
