import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createRandom, normalArray } from '../../../../src/engine/index.ts';
import { buildGraph, buildModel, buildNode, buildTensor, buildValueInfo } from '../../../../src/engine/onnx/build.ts';
import { decodeModel } from '../../../../src/engine/onnx/decode-model.ts';
import { encodeModel } from '../../../../src/engine/onnx/encode-model.ts';
import type { OnnxModel, OnnxNode } from '../../../../src/engine/onnx/types.ts';
import { findImageTaps } from '../../../../src/engine/tap/find-image-taps.ts';
import type { ImagePooling } from '../../../../src/engine/tap/image-pooling-nodes.ts';
import { tapImageModel } from '../../../../src/engine/tap/tap-image-model.ts';
import { findAsset, titleOrReason } from '../../../support/assets.ts';
import { largestDifference } from '../../../support/run-onnx.ts';
import { createTinyVit, tinyVitImageSize } from '../../../support/tiny-vit.ts';

const weightsLocation = 'weights';

interface Output {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

async function run(
  model: Uint8Array,
  pixels: Tensor,
  external: { path: string; data: Uint8Array }[] = [],
): Promise<Record<string, Output>> {
  const session = await InferenceSession.create(model, { externalData: external, intraOpNumThreads: 1 });
  const outputs = await session.run({ pixel_values: pixels });
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { dims, data }]) => {
      if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32`);
      return [name, { dims, data }];
    }),
  );
}

async function features(model: OnnxModel, pixels: Tensor, pooling?: ImagePooling): Promise<Output> {
  const taps = findImageTaps(model.graph);
  const tapped = tapImageModel(model, { taps, hiddenSize: 8, weightsLocation, pooling });
  const data = new Uint8Array(tapped.weightsSizeBytes);
  for (const { offset, bytes } of tapped.chunks) data.set(bytes, offset);
  const external = data.length === 0 ? [] : [{ path: weightsLocation, data }];
  const { features: found } = await run(encodeModel(tapped.model), pixels, external);
  if (found === undefined) throw new Error('no features');
  expect(found.dims.at(-1)).toBe(tapped.width);
  return found;
}

function randomPixels(images: number, size: number): Tensor {
  const data = normalArray(createRandom(3), images * 3 * size * size, 1);
  return new Tensor('float32', data, [images, 3, size, size]);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a vision transformer tapped by structure', () => {
  const pixels = randomPixels(3, tinyVitImageSize);

  /** What the hidden states of the untouched model pool to, [image][tap][feature]. */
  async function expected(prefixTokens: number, pooling: ImagePooling): Promise<number[]> {
    const outputs = await run(createTinyVit({ prefixTokens, withHiddenStates: true }), pixels);
    const rows = [0, 1, 2].flatMap((image) =>
      [0, 1, 2].map((tap) => {
        const { dims, data } = outputs[`hidden_${tap}`] ?? { dims: [], data: new Float32Array() };
        const [, tokens = 0, width = 0] = dims;
        const token = (at: number): number[] => [
          ...data.subarray((image * tokens + at) * width, (image * tokens + at + 1) * width),
        ];
        const patches = Array.from({ length: tokens - prefixTokens }, (_, at) => token(prefixTokens + at));
        const means = token(0).map((_, at) => mean(patches.map((patch) => patch[at] ?? Number.NaN)));
        return { cls: token(0), mean: means, cls_and_mean: [...token(0), ...means] }[pooling];
      }),
    );
    return rows.flat();
  }

  it.each([
    [1, 'cls_and_mean', undefined],
    [2, 'cls_and_mean', undefined],
    [0, 'mean', undefined],
    [1, 'mean', 'mean'],
    [2, 'cls', 'cls'],
  ] as const)('with %i tokens before the patches pools to %s (asked for: %s)', async (prefixTokens, pooling, asked) => {
    const model = decodeModel(createTinyVit({ prefixTokens }));
    const { data } = await features(model, pixels, asked);
    expect(largestDifference([...data], await expected(prefixTokens, pooling))).toBeLessThan(1e-6);
  });

  it('counts the tokens before the patches', () => {
    const counts = [0, 1, 5].map((prefixTokens) => findImageTaps(decodeModel(createTinyVit({ prefixTokens })).graph));
    expect(counts).toMatchObject([{ prefixTokens: 0 }, { prefixTokens: 1 }, { prefixTokens: 5 }]);
  });

  it('refuses to pool a class token that is not there', () => {
    const model = decodeModel(createTinyVit({ prefixTokens: 0 }));
    const taps = findImageTaps(model.graph);
    const tap = () => tapImageModel(model, { taps, hiddenSize: 8, weightsLocation, pooling: 'cls' });
    expect(tap).toThrow('needs a class token, and it has none; use "mean"');
  });

  it('refuses another number of layers than the configuration has', () => {
    const { graph } = decodeModel(createTinyVit());
    expect(() => findImageTaps(graph, { expectedLayers: 12 })).toThrow('2 attention layers were found');
  });
});

const node = (opType: string, inputs: readonly string[], ...outputs: readonly string[]): OnnxNode =>
  buildNode({ opType, inputs, outputs });

/** 1x1 convolutions with as many filters as said, by name. */
function convolutional(nodes: readonly OnnxNode[], filters: Readonly<Record<string, readonly [number, number]>>) {
  const initializers = Object.entries(filters).map(([name, [to, from]], seed) => {
    const data = normalArray(createRandom(seed), to * from, 0.5);
    return buildTensor(name, 1, [to, from, 1, 1], new Uint8Array(data.buffer));
  });
  const inputs = [buildValueInfo('pixel_values', 1, ['B', 3, 4, 4])];
  return buildModel({
    graph: buildGraph({ nodes, initializers, inputs, outputs: [buildValueInfo('pooler_output', 1, ['B', null])] }),
    opsetVersion: 18,
  });
}

describe('a convolutional network tapped by structure', () => {
  const stem = node('Conv', ['pixel_values', 'w0'], 'stem');
  // A gate that looks at the whole map, as in squeeze and excitation: its mean is not the end of the network.
  const gate = [
    node('GlobalAveragePool', ['inner'], 'squeezed'),
    node('Conv', ['squeezed', 'w2'], 'excited'),
    node('Sigmoid', ['excited'], 'gate'),
    node('Mul', ['inner', 'gate'], 'gated'),
  ];
  const nodes = [
    stem,
    node('Conv', ['stem', 'w1'], 'inner'),
    ...gate,
    node('Add', ['stem', 'gated'], 'sum'),
    node('Conv', ['sum', 'w3'], 'wide'),
    node('Relu', ['wide'], 'last'),
    node('GlobalAveragePool', ['last'], 'vector'),
    node('Flatten', ['vector'], 'pooler_output'),
  ];
  const model = convolutional(nodes, { w0: [4, 3], w1: [4, 4], w2: [4, 4], w3: [6, 4] });

  it('taps the residual sums and the last feature map', () => {
    const maps = [
      { name: 'sum', channels: 4 },
      { name: 'last', channels: 6 },
    ];
    expect(findImageTaps(model.graph)).toEqual({ kind: 'maps', maps });
  });

  it('pads narrower maps with zeros, also where the axes of a mean are an input', async () => {
    const { dims, data } = await features(model, randomPixels(2, 4));
    expect(dims).toEqual([2, 2, 6]);
    expect([...data.subarray(4, 6), ...data.subarray(16, 18)]).toEqual([0, 0, 0, 0]);
    expect(data[0]).not.toBe(0);
  });

  it('refuses one without residual sums', () => {
    const plain = convolutional([stem, node('GlobalAveragePool', ['stem'], 'pooler_output')], { w0: [4, 3] });
    expect(() => findImageTaps(plain.graph)).toThrow('neither attention layers nor sums of residual blocks');
  });

  it('refuses a graph that reads no pixels', () => {
    const { graph } = convolutional([node('Identity', ['pixels'], 'pooler_output')], {});
    const renamed = { ...graph, inputs: [buildValueInfo('pixels', 1, ['B', 3, 4, 4])] };
    expect(() => findImageTaps(renamed)).toThrow("it has no input 'pixel_values'");
  });
});

const mobileNet = 'weights/mobilenet-v2-035-224-imagenet/onnx/model.onnx';
const asset = findAsset(mobileNet);

describe.skipIf(asset === null)(titleOrReason('the real MobileNetV2', mobileNet, asset), () => {
  it('gives what the untouched graph gives at the same places, averaged here', async () => {
    const model = decodeModel(readFileSync(asset ?? ''));
    const taps = findImageTaps(model.graph);
    if (taps.kind !== 'maps') throw new Error('MobileNetV2 is a convolutional network');
    expect(taps.maps.map(({ channels }) => channels)).toEqual([8, 16, 16, 24, 24, 24, 32, 32, 56, 56, 1280]);
    const pixels = randomPixels(2, 224);
    const outputs = taps.maps.map(({ name, channels }) => buildValueInfo(name, 1, ['B', channels, null, null]));
    const untouched = await run(encodeModel({ ...model, graph: { ...model.graph, outputs } }), pixels);
    const { dims, data } = await features(model, pixels);
    expect(dims).toEqual([2, 11, 1280]);
    for (const [tap, { name, channels }] of taps.maps.entries()) {
      const map = untouched[name]?.data ?? new Float32Array();
      const size = map.length / 2 / channels;
      for (const image of [0, 1]) {
        const found = data.subarray((image * 11 + tap) * 1280, (image * 11 + tap + 1) * 1280);
        const means = Array.from({ length: channels }, (_, channel) => {
          const start = (image * channels + channel) * size;
          return mean([...map.subarray(start, start + size)]);
        });
        // float32 against float64, and other fusions than in the untouched graph.
        expect(largestDifference([...found.subarray(0, channels)], means)).toBeLessThan(1e-5);
        expect(found.subarray(channels).every((value) => value === 0)).toBe(true);
      }
    }
  });
});
