import { expect, test } from 'vitest';
import { createPredictorPool } from '../../../gpu-worker/src/adapters/predictor-pool.ts';
import type { DevicePort } from '../../../gpu-worker/src/device/device.ts';
import { createPredict } from '../../../gpu-worker/src/predict/predict.ts';
import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import type { Prediction } from '../../../src/contract/predict.ts';
import { createHostMemory, createRandom } from '../../../src/engine/index.ts';
import { METHOD_RULES } from '../../../src/levi/methods/method-rules.ts';
import type { ComparedMethod } from '../../../src/contract/levi.ts';
import { createRandomAdapter } from '../../support/random-adapter.ts';
import { createFakeBackbones, createFakeDevice, graph, TAPS, WIDTH } from './support/fake-device.ts';

const MODELS = 24;
const REQUESTS = 150;
const memory = createHostMemory(32 * 1024 * 1024);
const methods = Object.keys(METHOD_RULES) as ComparedMethod[];
const adapters = Array.from({ length: MODELS }, (_, index) =>
  createRandomAdapter({
    method: methods[index % methods.length] ?? 'levi',
    taps: TAPS,
    width: WIDTH,
    seed: index + 1,
    backbone: graph,
    texts: ['known words', 'of some texts'],
    memory,
  }),
);

/** Features that tell every text from every other, whatever else is in the batch. */
function createTellingDevice(): DevicePort {
  return {
    ...createFakeDevice(() => Promise.reject(new Error('no training')) as never),
    embed: async (_backbone, batch) => {
      if ('pixels' in batch) throw new Error('no images');
      await new Promise((resolve) => setImmediate(resolve));
      const features = new Float32Array(batch.rows * TAPS * WIDTH);
      for (let row = 0; row < batch.rows; row++) {
        const ids = batch.ids.subarray(row * batch.columns, row * batch.columns + (batch.lengths[row] ?? 0));
        const random = createRandom(ids.reduce((hash, id) => (hash * 31 + id) % 1_000_003, 7));
        for (let at = 0; at < TAPS * WIDTH; at++) features[row * TAPS * WIDTH + at] = random.uniform() * 2 - 1;
      }
      return { features, inferenceMs: 1 };
    },
  };
}

const numbersOf = (prediction: Prediction): number[] => [
  ...prediction.labels.toSorted((a, b) => (a.label < b.label ? -1 : 1)).map(({ score }) => score),
  prediction.disagreement,
];

test('every row of every request under load is what it is alone: same input, same model, to 1e-5', async () => {
  const backbones = createFakeBackbones(createTellingDevice());
  await backbones.ensure('tiny');
  const predict = createPredict({
    backbones,
    predictors: createPredictorPool(createOnnxRuntime({ device: 'cpu', threads: 1 }), memory),
    adapters: {
      hold: async (hash) => {
        const adapter = adapters[Number(hash)];
        if (!adapter) throw new Error(`no adapter ${hash}`);
        return { adapters: [{ name: 'label', adapter }], [Symbol.dispose]: () => {} };
      },
    },
  });
  const random = createRandom(11);
  const draw = <Item>(from: readonly Item[]): Item => from[random.integer(from.length)] as Item;
  const words = ['known', 'words', 'of', 'some', 'texts', 'cat', 'x'];
  const requests = Array.from({ length: REQUESTS }, () => ({
    texts: Array.from({ length: draw([1, 1, 1, 2, 5, 12]) }, () =>
      Array.from({ length: 1 + random.integer(3) }, () => draw(words)).join(' '),
    ),
    models: [...new Set(Array.from({ length: draw([1, 1, 3, 10]) }, () => random.integer(MODELS)))],
    cache: draw(['default', 'no-store'] as const),
    salt: draw(['a', 'b']),
  }));
  const ask = (texts: readonly string[], models: readonly number[], { cache = 'no-store', salt = 'alone' } = {}) =>
    predict({
      backbone: 'tiny',
      cache_salt: salt,
      cache: cache === 'default' ? 'default' : 'no-store',
      adapters: models.map((model) => ({ model: `model ${model}`, sha256: String(model), bytes: 1 })),
      inputs: texts.map((text) => ({ text })),
      views: false,
    });
  const answered = await Promise.all(requests.map((request) => ask(request.texts, request.models, request)));

  const alone = new Map<string, Prediction>();
  for (const [index, { data }] of answered.entries()) {
    const { texts = [], models = [] } = requests[index] ?? {};
    expect(data.map((row) => [row.index, row.model])).toEqual(
      texts.flatMap((_, row) => models.map((model) => [row, `model ${model}`])),
    );
    for (const row of data) {
      const text = texts[row.index] ?? '';
      const model = Number(row.model.split(' ')[1]);
      const key = `${model} ${text}`;
      const expected = alone.get(key) ?? (await ask([text], [model])).data[0];
      if (!expected) throw new Error('no answer');
      alone.set(key, expected);
      const [ours, theirs] = [numbersOf(row), numbersOf(expected)];
      expect(ours).toHaveLength(theirs.length);
      for (const [at, value] of ours.entries()) expect(Math.abs(value - (theirs[at] ?? Number.NaN))).toBeLessThan(1e-5);
    }
  }
});
