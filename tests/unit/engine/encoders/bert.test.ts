import { describe, expect, it } from 'vitest';
import { parseBertConfig } from '../../../../gpu-worker/src/backbones/prepare/bert-config.ts';
import { bertFeatureGraph } from '../../../../src/engine/encoders/bert-feature-graph.ts';
import { bertHiddenStates } from '../../../../src/engine/encoders/bert.ts';
import { readBertParameters } from '../../../../src/engine/encoders/bert-parameters.ts';
import { createGraph } from '../../../../src/engine/autodiff/create-graph.ts';
import { toOnnx } from '../../../../src/engine/lowering/to-onnx.ts';
import { decodeModel } from '../../../../src/engine/onnx/decode-model.ts';
import { encodeModel } from '../../../../src/engine/onnx/encode-model.ts';
import { findLayerTaps } from '../../../../src/engine/tap/find-layer-taps.ts';
import { tensor } from '../../../../src/engine/tensor.ts';
import { tapModel } from '../../../../src/engine/tap/tap-model.ts';
import { largestDifference, runOnnx } from '../../../support/run-onnx.ts';
import type { OnnxFixture } from '../../../support/run-onnx.ts';
import { createTinyBert, referenceFeatures, tinyBertConfig } from '../../../support/tiny-bert.ts';

const bert = createTinyBert();
const config = parseBertConfig(tinyBertConfig);
const rows = [
  [1, 5, 19, 2],
  [1, 2],
  [1, 7, 7, 11, 13, 4, 9, 3, 2, 18, 6, 2],
];
const expected = rows.flatMap((row) => referenceFeatures(bert, row).flat());
// float32 against float64 over two layers.
const tolerance = 2e-6;

function written(): OnnxFixture {
  const location = 'weights';
  const { model, chunks, weightsSizeBytes } = toOnnx(bertFeatureGraph(config), {
    weights: readBertParameters(bert.tensors, config),
    externalData: { location },
  });
  return { model, external: { location, chunks, sizeBytes: weightsSizeBytes }, idsDtype: 'int32', output: 'features' };
}

/** What an exporter would give: the last hidden state only, weights inline. */
function exported(): Uint8Array {
  const graph = createGraph();
  const inputIds = graph.input('input_ids', 'int32', ['B', 'S']);
  const attentionMask = graph.input('attention_mask', 'int32', ['B', 'S']);
  const last = bertHiddenStates(graph, { inputIds, attentionMask }, config).at(-1);
  if (last !== undefined) graph.output('last_hidden_state', last);
  return toOnnx(graph, { weights: readBertParameters(bert.tensors, config) }).model;
}

function tapped(): OnnxFixture {
  const model = decodeModel(exported());
  const taps = findLayerTaps(model.graph, { expectedLayers: 2 });
  const { chunks, weightsSizeBytes, idsDtype, ...result } = tapModel(model, { taps, weightsLocation: 'weights' });
  const external = { location: 'weights', chunks, sizeBytes: weightsSizeBytes };
  return { model: encodeModel(result.model), external, idsDtype, output: 'features' };
}

describe.each([
  ['written by the engine', written],
  ['exported without taps, then tapped by structure', tapped],
])('a BERT encoder %s', (_, create) => {
  it('equals the forward pass in float64 in one padded batch', async () => {
    const { dims, data } = await runOnnx(create(), rows);
    expect(dims).toEqual([3, 3, 8]);
    expect(largestDifference(data, expected)).toBeLessThan(tolerance);
  });

  it('equals it one text at a time', async () => {
    const alone = await Promise.all(rows.map((row) => runOnnx(create(), [row])));
    expect(
      largestDifference(
        alone.flatMap(({ data }) => data),
        expected,
      ),
    ).toBeLessThan(tolerance);
  });

  it('stays finite for a row that is all padding', async () => {
    const { data } = await runOnnx(create(), [[1, 2], []]);
    expect(data.every(Number.isFinite)).toBe(true);
  });
});

describe('reading a checkpoint', () => {
  it("accepts names that begin with 'bert.'", () => {
    const prefixed = Object.fromEntries(Object.entries(bert.tensors).map(([name, found]) => [`bert.${name}`, found]));
    expect(readBertParameters(prefixed, config)).toEqual(readBertParameters(bert.tensors, config));
  });

  it('names the tensor that is missing', () => {
    const name = 'encoder.layer.1.output.dense.bias';
    const { [name]: _, ...others } = bert.tensors;
    expect(() => readBertParameters(others, config)).toThrow(`it has no '${name}'`);
  });

  it('names the tensor whose shape contradicts the configuration', () => {
    const wider = { ...config, innerWidth: 32 };
    expect(() => readBertParameters(bert.tensors, wider)).toThrow(
      "'encoder.layer.0.intermediate.dense.weight' has the shape [16, 8] where the configuration says [32, 8]",
    );
  });

  it('refuses weights that are not floats', () => {
    const name = 'embeddings.LayerNorm.bias';
    const whole = { ...bert.tensors, [name]: tensor(Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8)) };
    expect(() => readBertParameters(whole, config)).toThrow(`'${name}' is int32, not a tensor of floats`);
  });

  it.each([
    [{ hidden_act: 'relu' }, 'only the exact "gelu" is supported'],
    [{ hidden_act: 'gelu_new' }, 'only the exact "gelu" is supported'],
    [{ model_type: 'roberta' }, 'only the BERT family'],
    [{ position_embedding_type: 'relative_key' }, 'only "absolute" positions'],
    [{ is_decoder: true }, 'a decoder has another attention mask'],
    [{ num_attention_heads: 3 }, 'hidden_size is not a multiple of num_attention_heads'],
    [{ hidden_size: '8' }, 'hidden_size'],
  ])('refuses the configuration %j', (change, reason) => {
    expect(() => parseBertConfig({ ...tinyBertConfig, ...change })).toThrow(reason);
  });
});
