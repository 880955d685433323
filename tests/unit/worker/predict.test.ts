import { describe, expect, test, vi } from 'vitest';
import type { PredictRecord } from '../../../src/contract/predict.ts';
import type { Adapter, PredictorInputs } from '../../../src/levi/index.ts';
import { createPredict } from '../../../gpu-worker/src/predict/predict.ts';
import { drawColouredPng } from '../../support/draw-image.ts';
import { createFakeBackbones, createFakeDevice, graph } from './support/fake-device.ts';

interface FakeAdapter {
  readonly maxLength?: number;
  readonly fingerprint?: string;
  readonly withoutText?: true;
  readonly imageSize?: number;
}

/** As much of an adapter as the service reads; what the method reads is guarded by its own tests. */
const adapter = ({ maxLength, fingerprint = graph.fingerprint, withoutText, imageSize }: FakeAdapter) =>
  ({
    labels: ['short', 'long'],
    tensors: {},
    architecture: { spec: { family: 'softmax', taps: 2, width: 3, outputs: 2 } },
    manifest: {
      task: 'single_label',
      without_text: withoutText,
      image_size: imageSize,
      backbone: { id: 'tiny', fingerprint },
      provenance: maxLength === undefined ? {} : { maxLength },
    },
  }) as unknown as Adapter;

/** Answers `long` by the share that the feature (the number of tokens) has of 16. */
async function createService(
  adapters: Readonly<Record<string, Adapter>>,
  { isPrepared = true, readyWithinMs = 10_000 } = {},
) {
  const seen: PredictorInputs[] = [];
  const backbones = createFakeBackbones(createFakeDevice(() => Promise.reject(new Error('no training')) as never));
  if (isPrepared) for (const name of ['tiny', 'tiny-vit']) await backbones.ensure(name);
  const predict = createPredict({
    readyWithinMs,
    backbones,
    adapters: {
      hold: async (hash) => {
        const found = adapters[hash];
        if (!found) throw new Error(`no adapter ${hash}`);
        return { adapters: [{ name: 'label', adapter: found }], [Symbol.dispose]: () => {} };
      },
    },
    predictors: {
      run: async (_adapter, inputs) => {
        seen.push(inputs);
        const { rows, data } = inputs.features;
        const share = (row: number): number => (data[(row * data.length) / rows] ?? 0) / 16;
        const probabilities = Float32Array.from({ length: rows * 2 }, (_, at) =>
          at % 2 === 1 ? share(at >> 1) : 1 - share(at >> 1),
        );
        return { answers: { rows, outputs: 2, data: probabilities }, views: null, disagreement: null };
      },
    },
  });
  const ask = (models: readonly string[], texts: readonly string[]) =>
    predict({
      backbone: 'tiny',
      cache_salt: 's',
      adapters: models.map((model) => ({ model, sha256: model, bytes: 1 })),
      inputs: texts.map((text) => ({ text })),
      views: false,
    });
  const askAboutImages = (inputs: readonly PredictRecord[]) =>
    predict({
      backbone: 'tiny-vit',
      cache_salt: 's',
      adapters: [{ model: 'a', sha256: 'a', bytes: 1 }],
      inputs: [...inputs],
      views: false,
    });
  return { ask, askAboutImages, backbones, predict, seen };
}

describe('a prediction', () => {
  test('comes by input, then by model as asked, although models that truncate apart run apart', async () => {
    const { ask } = await createService({ a: adapter({}), b: adapter({ maxLength: 4 }), c: adapter({}) });
    const { data, usage } = await ask(['a', 'b', 'c'], ['xxxxxxxxxxxxxxxx', 'xx']);
    expect(data.map(({ index, model }) => `${index}${model}`)).toEqual(['0a', '0b', '0c', '1a', '1b', '1c']);
    expect(data.map(({ label }) => label)).toEqual(['long', 'short', 'long', 'short', 'short', 'short']);
    expect(usage.input_tokens).toBe(16 + 2 + 4 + 2);
  });

  test('counts what came from the cache', async () => {
    const { ask } = await createService({ a: adapter({}) });
    await ask(['a'], ['seen']);
    expect((await ask(['a'], ['seen', 'new'])).usage.cached_inputs).toBe(1);
  });

  test('refuses an adapter that was trained on other features', async () => {
    const { ask } = await createService({ a: adapter({ fingerprint: 'another' }) });
    await expect(ask(['a'], ['x'])).rejects.toMatchObject({ code: 'adapter_invalid' });
  });

  test('has a backbone prepared that was not, as after a restart', async () => {
    const { backbones, ask } = await createService({ a: adapter({}) }, { isPrepared: false });
    expect(backbones.ready).toEqual([]);
    expect((await ask(['a'], ['x'])).data).toHaveLength(1);
    expect(backbones.ready).toEqual(['tiny']);
  });

  test('says that a backbone is not ready where that takes long, and lets it go on', async () => {
    const { backbones, predict } = await createService({}, { readyWithinMs: 1 });
    const ensure = vi.spyOn(backbones, 'ensure');
    const request = { backbone: 'slow', cache_salt: 's', adapters: [], inputs: [{ text: 'x' }], views: false };
    await expect(predict(request)).rejects.toMatchObject({ code: 'backbone_unavailable', retryAfterS: 2 });
    expect(ensure).toHaveBeenCalledWith('slow');
  });

  test('says what keeps a backbone from being prepared', async () => {
    const { predict } = await createService({});
    const request = { backbone: 'unknown', cache_salt: 's', adapters: [], inputs: [{ text: 'x' }], views: false };
    await expect(predict(request)).rejects.toMatchObject({ code: 'unknown_backbone' });
  });
});

describe('what only the task model reads', () => {
  const request = {
    backbone: 'tiny',
    cache_salt: 's',
    adapters: [{ model: 'a', sha256: 'a', bytes: 1 }],
    views: false,
  };

  test('reaches it: the fields of each input, and none where none were given', async () => {
    const { predict, seen } = await createService({ a: adapter({}) });
    await predict({ ...request, inputs: [{ text: 'x', fields: { plan: 'pro' } }, { text: 'y' }] });
    expect(seen[0]).toMatchObject({ texts: ['x', 'y'], fields: [{ plan: 'pro' }, undefined], images: undefined });
  });

  test('is enough for a model that was trained on fields alone, and for no other', async () => {
    const { predict, seen } = await createService({ a: adapter({ withoutText: true }), b: adapter({}) });
    const inputs = [{ fields: { plan: 'pro' } }];
    expect((await predict({ ...request, inputs })).data).toHaveLength(1);
    expect(seen[0]?.texts).toEqual(['']);
    const both = ['a', 'b'].map((model) => ({ model, sha256: model, bytes: 1 }));
    await expect(predict({ ...request, adapters: both, inputs })).rejects.toMatchObject({ param: 'input.0.text' });
  });

  test('reaches it: a thumbnail of each image', async () => {
    const { askAboutImages, seen } = await createService({ a: adapter({}) });
    await askAboutImages([7, 9].map((byte) => ({ image: Buffer.from([byte]).toString('base64') })));
    const { images } = seen[0] ?? {};
    expect(images).toMatchObject({ rows: 2, size: 32, data: { length: 2 * 3 * 32 * 32 } });
    expect([images?.data[0], images?.data.at(-1)]).toEqual([7, 9]);
  });
});

describe('a prediction about images', () => {
  const image = (...bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');

  test('reads bare base64 and data URIs alike, and knows a file again', async () => {
    const { askAboutImages } = await createService({ a: adapter({}) });
    const bare = image(16, 251, 255);
    const inputs = [{ image: bare }, { image: `data:image/png;base64,${bare}` }, { image: image(1) }];
    const { data, usage } = await askAboutImages(inputs);
    expect(data.map(({ label }) => label)).toEqual(['long', 'long', 'short']);
    expect(usage).toEqual({ input_tokens: 3 * 80, cached_inputs: 0 });
    const urlSafe = bare.replaceAll('+', '-').replaceAll('/', '_');
    expect((await askAboutImages([{ image: urlSafe }])).usage.cached_inputs).toBe(1);
  });

  test('names the input that has no image, and the one whose image cannot be read', async () => {
    const { askAboutImages, ask } = await createService({ a: adapter({}) });
    await expect(askAboutImages([{ image: image(1) }, { text: 'a dog' }])).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'input.1.image',
      message: expect.stringContaining('fine-tuned from tiny-vit, which reads images; give {"image": "<base64>"}'),
    });
    await expect(askAboutImages([{ image: image(1) }, { image: image(255) }])).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'input.1.image',
      message: '"input.1.image" is damaged.',
    });
    expect((await ask(['a'], ['still answers'])).data).toHaveLength(1);
  });

  test('is refused by a model whose backbone reads texts', async () => {
    const { predict } = await createService({ a: adapter({}) });
    const asked = { backbone: 'tiny', cache_salt: 's', adapters: [], inputs: [{ image: image(1) }], views: false };
    const adapters = [{ model: 'a', sha256: 'a', bytes: 1 }];
    await expect(predict({ ...asked, adapters })).rejects.toMatchObject({ param: 'input.0.text' });
  });

  test('beside a text goes to the task model of a model that was fine-tuned with such', async () => {
    const { predict, seen } = await createService({ a: adapter({ imageSize: 32 }) });
    const picture = Buffer.from(await drawColouredPng([200, 40, 40], 1)).toString('base64');
    const ask = (input: PredictRecord) =>
      predict({
        backbone: 'tiny',
        cache_salt: 's',
        adapters: [{ model: 'a', sha256: 'a', bytes: 1 }],
        inputs: [input],
        views: false,
      });
    await ask({ text: 'a red square', image: picture });
    expect(seen[0]?.images).toMatchObject({ rows: 1, size: 32 });
    expect(seen[0]?.images?.data).toHaveLength(3 * 32 * 32);
    await expect(ask({ text: 'a red square' })).rejects.toMatchObject({
      param: 'input.0.image',
      message: expect.stringContaining('was fine-tuned with an image beside every text; give {"image"'),
    });
    await expect(ask({ text: 'a red square', image: 'AAAA' })).rejects.toMatchObject({ param: 'input.0.image' });
  });
});
