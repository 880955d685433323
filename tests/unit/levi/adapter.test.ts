import { beforeAll, describe, expect, test } from 'vitest';
import { LevigateError } from '../../../src/contract/errors.ts';
import { createHostMemory, readSafetensors, tensor, writeSafetensors } from '../../../src/engine/index.ts';
import type { Tensor } from '../../../src/engine/index.ts';
import { createPredictor, readAdapter, resolveLeviConfig } from '../../../src/levi/index.ts';
import { floatTensors } from '../../../src/levi/adapter/float-weights.ts';
import { ENGINE_VERSION } from '../../../src/levi/run/engine-version.ts';
import { hashNgrams } from '../../../src/levi/task-model/hash-ngrams.ts';
import { runToEnd, runtime, syntheticInput, syntheticRows, TAPS, WIDTH } from './synthetic-task.ts';

const config = resolveLeviConfig({ levi: { width: 8, method: 'levi+ensemble' }, hyperparameters: { n_epochs: 2 } });
let bytes: Uint8Array;
beforeAll(async () => {
  bytes = (await runToEnd(syntheticInput({ config, train: syntheticRows(90, 1), shifts: [] }))).result.adapter;
});

type Tensors = Record<string, Tensor>;
type Manifest = Record<string, unknown>;

function altered(change: (tensors: Tensors, manifest: Manifest) => void): Uint8Array {
  const file = readSafetensors(bytes);
  const tensors: Tensors = { ...file.tensors };
  // The manifest was written by the code under test as a JSON object.
  const manifest = JSON.parse(file.metadata['levigate'] ?? '{}') as Manifest;
  change(tensors, manifest);
  return writeSafetensors(tensors, { levigate: JSON.stringify(manifest) });
}

test('says what it is: labels, layers, backbone, configuration, origin', () => {
  const { manifest, architecture, labels, layers } = readAdapter(bytes);
  expect(labels).toEqual(['billing', 'login', 'shipping']);
  expect(layers).toEqual([0, 1, 2]);
  expect(manifest).toMatchObject({
    format: 'levigate-adapter',
    version: 3,
    backbone: { id: 'test-backbone', fingerprint: 'f'.repeat(64) },
    config: { adaptingWidth: 8, beta: 0.5, viewDropout: 0.5 },
    provenance: {
      seed: 7,
      threads: 1,
      device: 'cpu',
      engine_version: ENGINE_VERSION,
      runtime: runtime.implementation,
      maxLength: 128,
      training_file_sha256: 'a'.repeat(64),
      validation_file_sha256: null,
      columns: null,
    },
  });
  expect(architecture.key).toContain('levi+ensemble/softmax/k3/d8/c3/r8');
});

describe('readAdapter refuses', () => {
  const cases: readonly [string, (tensors: Tensors, manifest: Manifest) => void, RegExp][] = [
    ['a missing tensor', (tensors) => delete tensors['levi.head'], /lacks the tensor "levi\.head"/u],
    [
      'another shape',
      (tensors) => (tensors['levi.head'] = tensor(new Float32Array(6), [1, 2, 3])),
      /"levi\.head" of shape \[1, 2, 3\], expected \[3, 8, 3\]/u,
    ],
    [
      'a value that is not finite',
      (tensors) => (tensors['probe.bias'] = tensor(Float32Array.of(1, Number.NaN, 0), [1, 3])),
      /"probe\.bias" that is not a finite number/u,
    ],
    [
      'buckets out of order',
      (tensors) => (tensors['ngrams.buckets'] = tensor(Int32Array.of(5, 3), [2])),
      /not ascending/u,
    ],
    [
      'a future version',
      (_, manifest) => (manifest['version'] = 4),
      /has format version 4, this release reads 1 to 3/u,
    ],
    [
      'a temperature that is not positive',
      (tensors) => (tensors['calibration.inverse_temperature'] = tensor(Float32Array.of(0), [1, 1])),
      /"calibration\.inverse_temperature" that is not positive/u,
    ],
    [
      'floats where it says that there are bytes',
      (tensors) => (tensors['levi.adapt_features'] = tensor(new Float32Array(3 * 8 * 8), [3, 8, 8])),
      /"levi\.adapt_features" as float32, expected int8/u,
    ],
    [
      'bytes where it says that there are floats',
      (_, manifest) => delete manifest['adapting_encoding'],
      /"levi\.adapt_features" as int8, expected float32/u,
    ],
    [
      'a byte that no rounding gives',
      (tensors) => (tensors['levi.adapt_features'] = tensor(new Int8Array(3 * 8 * 8).fill(-128), [3, 8, 8])),
      /"levi\.adapt_features" that is below -127/u,
    ],
    ['an unknown method', (_, manifest) => (manifest['method'] = 'magic'), /manifest whose "method" is wrong/u],
    ['a label named twice', (_, manifest) => (manifest['labels'] = ['a', 'a', 'b']), /names a label twice/u],
    [
      'a probe of a layer it does not use',
      (_, manifest) => (manifest['probe_taps'] = [7]),
      /probe layer that it does not use/u,
    ],
  ];
  test.each(cases)('%s', (_, change, message) => {
    const read = (): unknown => readAdapter(altered(change));
    expect(read).toThrow(LevigateError);
    expect(read).toThrow(message);
  });

  test('bytes that are no adapter', () => {
    expect(() => readAdapter(Uint8Array.of(1, 2, 3))).toThrow(/not a readable safetensors file/u);
    expect(() => readAdapter(bytes.subarray(0, bytes.length - 10))).toThrow(/not a readable safetensors file/u);
    expect(() => readAdapter(writeSafetensors({}, {}))).toThrow(/has no manifest/u);
  });
});

test('an adapter of the first format, which had no temperature, answers with its logits as they are', async () => {
  const atOne = altered((tensors) => (tensors['calibration.inverse_temperature'] = tensor(Float32Array.of(1), [1, 1])));
  const first = altered((tensors, manifest) => {
    delete tensors['calibration.inverse_temperature'];
    manifest['version'] = 1;
  });
  const { features, records } = syntheticRows(4, 22);
  const inputs = { features, texts: records.map(({ text }) => text) };
  const adapters = [readAdapter(first), readAdapter(atOne), readAdapter(bytes)];
  await using predictor = await createPredictor(runtime, readAdapter(bytes).architecture.spec);
  const answers = [];
  for (const adapter of adapters) answers.push((await predictor.run(adapter, inputs)).answers.data);
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).not.toEqual(answers[2]);
});

test('an adapter of the second format, all in floats, answers as that with the same weights in bytes', async () => {
  const rounded = readAdapter(bytes);
  const inFloats = readAdapter(
    altered((tensors, manifest) => {
      tensors['levi.adapt_features'] = floatTensors(rounded)['levi.adapt_features'] ?? tensor(new Float32Array());
      delete tensors['levi.adapt_scale'];
      delete manifest['adapting_encoding'];
      manifest['version'] = 2;
    }),
  );
  expect(inFloats.tensors['levi.adapt_features']?.dtype).toBe('float32');
  const memory = createHostMemory(1_000_000);
  const { features, records } = syntheticRows(8, 22);
  for (const [rows, host] of [
    [8, null],
    [1, memory],
  ] as const) {
    const data = features.data.subarray(0, rows * TAPS * WIDTH);
    const inputs = { features: { ...features, rows, data }, texts: records.slice(0, rows).map(({ text }) => text) };
    const answers = [];
    for (const adapter of [rounded, inFloats]) {
      await using predictor = await createPredictor(runtime, adapter.architecture.spec, { host });
      answers.push((await predictor.run(adapter, inputs)).answers.data);
    }
    for (const [index, p] of (answers[0] ?? []).entries()) expect(answers[1]?.[index]).toBeCloseTo(p, 6);
  }
});

test('a device that may not turn bytes into floats is fed floats, and answers the same', async () => {
  const adapter = readAdapter(bytes);
  const { features, records } = syntheticRows(8, 22);
  const inputs = { features, texts: records.map(({ text }) => text) };
  const fed: string[] = [];
  const device: typeof runtime = {
    ...runtime,
    device: 'webgpu',
    load: async (model) => {
      const session = await runtime.load(model);
      return {
        run: (feeds) => {
          fed.push(...Object.values(feeds).map(({ dtype }) => dtype));
          return session.run(feeds);
        },
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      };
    },
  };
  await using theirs = await createPredictor(device, adapter.architecture.spec);
  await using ours = await createPredictor(runtime, adapter.architecture.spec);
  const [found, expected] = [await theirs.run(adapter, inputs), await ours.run(adapter, inputs)];
  for (const [index, p] of expected.answers.data.entries()) expect(found.answers.data[index]).toBeCloseTo(p, 6);
  expect(new Set(fed)).toEqual(new Set(['float32']));
});

test('answers as the formulas say, computed by hand in double precision', async () => {
  const adapter = readAdapter(bytes);
  const { features, records } = syntheticRows(4, 21, 0.1);
  const texts = records.map(({ text }) => text);
  await using predictor = await createPredictor(runtime, adapter.architecture.spec);
  const answered = await predictor.run(adapter, { features, texts });
  for (const [row, text] of texts.entries()) {
    const expected = answerByHand(
      floatTensors(adapter),
      features.data.subarray(row * TAPS * WIDTH, (row + 1) * TAPS * WIDTH),
      text,
    );
    for (const [index, p] of expected.probabilities.entries()) {
      expect(answered.answers.data[row * 3 + index]).toBeCloseTo(p, 5);
    }
    for (const [view, probabilities] of expected.views.entries()) {
      const seen = answered.views?.[view]?.answers.data.subarray(row * 3, row * 3 + 3);
      for (const [index, p] of probabilities.entries()) expect(seen?.[index]).toBeCloseTo(p, 5);
    }
    expect(answered.disagreement?.[row]).toBeCloseTo(expected.disagreement, 4);
  }
});

test('gives a row the same answer alone and beside others, and shares a session with other adapters', async () => {
  const adapter = readAdapter(bytes);
  const other = readAdapter(
    altered((tensors) => (tensors['levi.head'] = tensor(new Float32Array(3 * 8 * 3).map(Math.cos), [3, 8, 3]))),
  );
  expect(other.architecture).toEqual(adapter.architecture);
  await using predictor = await createPredictor(runtime, adapter.architecture.spec);
  const { features, records } = syntheticRows(3, 22);
  const texts = records.map(({ text }) => text);
  const together = await predictor.run(adapter, { features, texts });
  const foreign = await predictor.run(other, { features, texts });
  expect(foreign.answers.data).not.toEqual(together.answers.data);
  const first = { ...features, rows: 1, data: features.data.subarray(0, TAPS * WIDTH) };
  const alone = await predictor.run(adapter, { features: first, texts: texts.slice(0, 1) });
  for (const [index, p] of alone.answers.data.entries()) expect(together.answers.data[index]).toBeCloseTo(p, 6);
});

function answerByHand(
  tensors: Readonly<Tensors>,
  features: Float32Array,
  text: string,
): { probabilities: number[]; views: number[][]; disagreement: number } {
  const of = (name: string): number[] => Array.from(tensors[name]?.data ?? [], Number);
  const mean = of('standardisation.mean');
  const scale = of('standardisation.scale');
  const h = Array.from(features, (value, index) => (value - (mean[index] ?? 0)) * (scale[index] ?? 0));
  const known = of('ngrams.buckets');
  const rows = [...hashNgrams(text, 65_536)].map((bucket) => known.indexOf(bucket)).filter((row) => row >= 0);
  const scores = (name: string): number[] =>
    [0, 1, 2].map(
      (c) => rows.reduce((sum, row) => sum + (of(name)[row * 3 + c] ?? 0), 0) / Math.sqrt(Math.max(1, rows.length)),
    );
  const s = scores('levi.ngrams');
  const views = [0, 1, 2].map((k) => {
    const u = Array.from({ length: 8 }, (_, r) => {
      const layer = Array.from(
        { length: WIDTH },
        (_, j) => (h[k * WIDTH + j] ?? 0) * (of('levi.adapt_features')[(k * WIDTH + j) * 8 + r] ?? 0),
      );
      const task = s.map((value, m) => value * (of('levi.adapt_task')[(k * 3 + m) * 8 + r] ?? 0));
      return gelu([...layer, ...task].reduce((sum, value) => sum + value, of('levi.adapt_bias')[k * 8 + r] ?? 0));
    });
    return [0, 1, 2].map((c) =>
      u.reduce(
        (sum, value, r) => sum + value * (of('levi.head')[(k * 8 + r) * 3 + c] ?? 0),
        of('levi.head_bias')[k * 3 + c] ?? 0,
      ),
    );
  });
  const levi = [0, 1, 2].map((c) => views.reduce((sum, view) => sum + (view[c] ?? 0), 0) / 3);
  const weights = of('probe.weights');
  const inputs = weights.length / 3;
  const taken = inputs === WIDTH ? h.slice((TAPS - 1) * WIDTH) : h;
  const probe = [0, 1, 2].map((c) =>
    taken.reduce((sum, value, j) => sum + value * (weights[c * inputs + j] ?? 0), of('probe.bias')[c] ?? 0),
  );
  const task = scores('task.ngrams').map((value, c) => value + (of('task.bias')[c] ?? 0));
  const [share = 0] = of('ensemble.probe_share');
  const mixed = softmax(probe).map((p, c) => share * p + (1 - share) * (softmax(task)[c] ?? 0));
  const logLevi = softmax(levi).map(Math.log);
  const [inverse = 0] = of('calibration.inverse_temperature');
  const probabilities = softmax(mixed.map((p, c) => inverse * 0.5 * (Math.log(p) + (logLevi[c] ?? 0))));
  const answers = views.map((view) => softmax(view.map((logit) => inverse * logit)));
  const average = [0, 1, 2].map((c) => answers.reduce((sum, view) => sum + (view[c] ?? 0), 0) / 3);
  const own = answers.reduce((sum, view) => sum + entropy(view), 0) / 3;
  return { probabilities, views: answers, disagreement: entropy(average) - own };
}

function softmax(logits: readonly number[]): number[] {
  const exponentials = logits.map(Math.exp);
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

const entropy = (p: readonly number[]): number => p.reduce((sum, value) => sum - value * Math.log2(value), 0);

// Abramowitz and Stegun 7.1.26 would be too coarse here; the series converges quickly for the sizes that occur.
function gelu(x: number): number {
  const z = x / Math.SQRT2;
  let term = z;
  let sum = z;
  for (let n = 1; n < 60; n++) {
    term *= (-z * z) / n;
    sum += term / (2 * n + 1);
  }
  return 0.5 * x * (1 + (2 / Math.sqrt(Math.PI)) * sum);
}
