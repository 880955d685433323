import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import { METHODS } from '../../../src/contract/levi.ts';
import type { Method } from '../../../src/contract/levi.ts';
import { createRandom } from '../../../src/engine/index.ts';
import { buildGraph, buildModel, buildNode, buildTensor, buildValueInfo } from '../../../src/engine/onnx/build.ts';
import { encodeModel } from '../../../src/engine/onnx/encode-model.ts';
import { onnxDataType } from '../../../src/engine/onnx/types.ts';
import type { OnnxModel } from '../../../src/engine/onnx/types.ts';
import { tapModel } from '../../../src/engine/tap/tap-model.ts';
import { createPredictor, writeClassifier } from '../../../src/levi/index.ts';
import type { Adapter } from '../../../src/levi/index.ts';
import { createRandomAdapter } from '../../support/random-adapter.ts';

const runtime = createOnnxRuntime({ device: 'cpu', threads: 1 });
const OPSETS = [13, 14, 15, 16, 17, 18, 19, 20] as const;
const TASKS = ['single_label', 'multi_label'] as const;
const WIDTH = 6;
const TAPS = 3;

const TOKENS = ['[PAD]', '[CLS]', '[SEP]', 'refund', '##ed', 'the', 'double', 'charge', '!', 'please'];
const TEXTS = [
  ['refunded the charge!', ['refund', '##ed', 'the', 'charge', '!']],
  ['please', ['please']],
  ['please refund the double charge', ['please', 'refund', 'the', 'double', 'charge']],
] as const;
const ROWS = TEXTS.map(([, tokens]) => [1, ...tokens.map((token) => TOKENS.indexOf(token)), 2]);
const LONGEST = Math.max(...ROWS.map(({ length }) => length));
const VOCABULARY = { kind: 'wordpiece', tokens: TOKENS, special: new Set([0, 1, 2]) } as const;

interface Backbone {
  readonly model: OnnxModel;
  readonly weights: Uint8Array;
}

/** An encoder as others export it in an opset: embeddings, then layers that subtract a token's mean and multiply. */
function writeBackbone(opset: number): Backbone {
  const random = createRandom(5);
  const initializers = [
    buildTensor('axes', onnxDataType.int64, [1], new Uint8Array(BigInt64Array.of(2n).buffer)),
    ...[TOKENS.length, WIDTH, WIDTH].map((rows, at) =>
      buildTensor(
        `w${at}`,
        onnxDataType.float32,
        [rows, WIDTH],
        new Uint8Array(Float32Array.from({ length: rows * WIDTH }, () => random.normal()).buffer),
      ),
    ),
  ];
  const layer = (at: number) => [
    // The axes became an input with opset 18.
    opset < 18
      ? buildNode({
          opType: 'ReduceMean',
          inputs: [`h${at - 1}`],
          outputs: [`m${at}`],
          attributes: { axes: { ints: [2] } },
        })
      : buildNode({ opType: 'ReduceMean', inputs: [`h${at - 1}`, 'axes'], outputs: [`m${at}`] }),
    buildNode({ opType: 'Sub', inputs: [`h${at - 1}`, `m${at}`], outputs: [`c${at}`] }),
    buildNode({ opType: 'MatMul', inputs: [`c${at}`, `w${at}`], outputs: [`p${at}`] }),
    buildNode({ opType: 'Tanh', inputs: [`p${at}`], outputs: [`h${at}`] }),
  ];
  const ids = (name: string) => buildValueInfo(name, onnxDataType.int64, ['B', 'S']);
  const graph = buildGraph({
    nodes: [buildNode({ opType: 'Gather', inputs: ['w0', 'input_ids'], outputs: ['h0'] }), ...layer(1), ...layer(2)],
    initializers: opset < 18 ? initializers.slice(1) : initializers,
    inputs: [ids('input_ids'), ids('attention_mask')],
    outputs: [buildValueInfo('h2', onnxDataType.float32, ['B', 'S', WIDTH])],
  });
  const options = { taps: ['h0', 'h1', 'h2'], weightsLocation: 'weights' };
  const tapped = tapModel(buildModel({ graph, opsetVersion: opset, irVersion: 8 }), options);
  const weights = new Uint8Array(tapped.weightsSizeBytes);
  for (const { offset, bytes } of tapped.chunks) weights.set(bytes, offset);
  return { model: tapped.model, weights };
}

async function run(model: Uint8Array, output: string, weights?: Uint8Array): Promise<Float32Array> {
  // onnxruntime refuses an empty file.
  const externalData = weights && weights.length > 0 ? [{ path: 'weights', data: weights }] : [];
  const session = await InferenceSession.create(model, { externalData, intraOpNumThreads: 1 });
  const feed = (value: (row: readonly number[], at: number) => number): Tensor =>
    new Tensor(
      'int64',
      BigInt64Array.from(ROWS.flatMap((row) => Array.from({ length: LONGEST }, (_, at) => BigInt(value(row, at))))),
      [ROWS.length, LONGEST],
    );
  const found = await session.run({
    input_ids: feed((row, at) => row[at] ?? 0),
    attention_mask: feed((row, at) => Number(at < row.length)),
  });
  await session.release();
  const { data } = found[output] ?? {};
  if (!(data instanceof Float32Array)) throw new Error(`no ${output}`);
  return data;
}

/** By the code that serves, from features in half precision, as they are kept. */
async function serve({ model, weights }: Backbone, adapter: Adapter): Promise<readonly number[]> {
  const features = await run(encodeModel(model), 'features', weights);
  await using predictor = await createPredictor(runtime, adapter.architecture.spec);
  const data = features.map((value) => Math.f16round(value));
  const texts = TEXTS.map(([text]) => text);
  const { answers } = await predictor.run(adapter, {
    features: { rows: ROWS.length, taps: TAPS, width: WIDTH, data },
    texts,
  });
  return [...answers.data];
}

/** As a text-classification pipeline does with logits. */
function toScores(logits: Float32Array, task: (typeof TASKS)[number], labels: number): readonly number[] {
  if (task === 'multi_label') return Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
  return Array.from(logits, (_, index) => {
    const row = logits.subarray(index - (index % labels), index - (index % labels) + labels);
    const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
    return Math.exp(logits[index] ?? Number.NaN) / sum;
  });
}

const adapterOf = (method: Method, task: (typeof TASKS)[number], isGated: boolean): Adapter =>
  createRandomAdapter({
    method,
    task,
    taps: TAPS,
    width: WIDTH,
    isGated,
    // Some n-grams are known and some are not.
    texts: TEXTS.slice(0, 2).map(([text]) => text),
  });

test.each(OPSETS)(
  'opset %i: onnxruntime opens the file of every method, and it answers as the server does',
  async (opset) => {
    const backbone = writeBackbone(opset);
    for (const method of METHODS)
      for (const task of TASKS)
        for (const isGated of [false, true]) {
          const adapter = adapterOf(method, task, isGated);
          const file = writeClassifier({
            adapter,
            backbone: backbone.model,
            readExternal: (_, offset, length) => backbone.weights.subarray(offset, offset + length),
            vocabulary: VOCABULARY,
            maxLength: 64,
            closingToken: null,
          });
          const scores = toScores(await run(file, 'logits'), task, adapter.labels.length);
          const served = await serve(backbone, adapter);
          expect(scores).toHaveLength(served.length);
          const distance = Math.max(...scores.map((score, index) => Math.abs(score - (served[index] ?? Number.NaN))));
          expect(distance, `${method}, ${task}${isGated ? ', gated' : ''}`).toBeLessThan(2e-6);
        }
  },
);

test('opset 12: is refused with what to do', () => {
  const { model } = writeBackbone(13);
  const old = { ...model, opsetImports: [{ domain: '', version: 12 }] };
  const parts = { vocabulary: VOCABULARY, maxLength: 64, closingToken: null };
  const write = () =>
    writeClassifier({
      ...parts,
      adapter: adapterOf('levi', 'single_label', false),
      backbone: old,
      readExternal: () => new Uint8Array(0),
    });
  expect(write).toThrow(/of opset 12: export the backbone again with opset 13 or later/);
});
