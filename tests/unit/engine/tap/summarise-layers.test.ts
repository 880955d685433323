import { expect, test } from 'vitest';
import { bertFeatureGraph } from '../../../../src/engine/encoders/bert-feature-graph.ts';
import { readBertParameters } from '../../../../src/engine/encoders/bert-parameters.ts';
import { parseBertConfig } from '../../../../gpu-worker/src/backbones/prepare/bert-config.ts';
import { toOnnx } from '../../../../src/engine/lowering/to-onnx.ts';
import { buildGraph, buildNode, buildTensor, buildValueInfo } from '../../../../src/engine/onnx/build.ts';
import { decodeModel } from '../../../../src/engine/onnx/decode-model.ts';
import { onnxDataType } from '../../../../src/engine/onnx/types.ts';
import { findImageTaps } from '../../../../src/engine/tap/find-image-taps.ts';
import { summariseLayers } from '../../../../src/engine/tap/summarise-layers.ts';
import { tapImageModel } from '../../../../src/engine/tap/tap-image-model.ts';
import { createTinyBert, tinyBertConfig } from '../../../support/tiny-bert.ts';
import { createTinyVit } from '../../../support/tiny-vit.ts';

const config = parseBertConfig(tinyBertConfig);
const { width, innerWidth, vocabularySize, maxPositions, tokenTypes } = config;

function writtenGraph() {
  const { model } = toOnnx(bertFeatureGraph(config), {
    weights: readBertParameters(createTinyBert().tensors, config),
    externalData: { location: 'weights' },
  });
  return decodeModel(model).graph;
}

test("counts every node once, and a BERT's weights layer by layer", () => {
  const graph = writtenGraph();
  const { layers, pooling } = summariseLayers(graph);
  expect(layers.map(({ parameters }) => parameters)).toEqual([
    (vocabularySize + maxPositions + tokenTypes) * width + 2 * width,
    ...Array.from(
      { length: config.layers },
      () => 4 * (width + 1) * width + 2 * width * innerWidth + innerWidth + 5 * width,
    ),
  ]);
  const nodes = [...layers, pooling].reduce((sum, stretch) => sum + stretch.nodes, 0);
  expect({ nodes, pooled: pooling.parameters }).toEqual({ nodes: graph.nodes.length, pooled: 0 });
});

test.each(['cls', 'mean', 'cls_and_mean'] as const)(
  "tells a tapped vision transformer's layers from its pooling: %s",
  (pooling) => {
    const foreign = decodeModel(createTinyVit());
    const taps = findImageTaps(foreign.graph);
    const { model } = tapImageModel(foreign, { taps, hiddenSize: 8, weightsLocation: 'weights', pooling });
    const summary = summariseLayers(model.graph);
    const [, ...blocks] = summary.layers;
    expect(blocks.length).toBe(taps.kind === 'tokens' ? taps.names.length - 1 : 0);
    expect(new Set(blocks.map(({ parameters }) => parameters)).size).toBe(1);
    const added = model.graph.nodes.filter(({ outputs }) => outputs[0]?.startsWith('levigate/pool/')).length;
    // And the node that joins them.
    expect(summary.pooling.nodes).toBe(added + 1);
  },
);

test('packed weights are counted by what they stand for', () => {
  const packed = buildTensor('packed', onnxDataType.uint8, [4, 1, 8], new Uint8Array(32));
  const graph = buildGraph({
    name: 'packed',
    nodes: [
      buildNode({
        opType: 'MatMulNBits',
        domain: 'com.microsoft',
        inputs: ['states', 'packed'],
        outputs: ['out'],
        attributes: { K: { int: 16 }, N: { int: 4 } },
      }),
      buildNode({ opType: 'MatMul', inputs: ['weights', 'out'], outputs: ['pooled'] }),
      buildNode({ opType: 'Concat', inputs: ['pooled'], outputs: ['features'], attributes: { axis: { int: 1 } } }),
    ],
    initializers: [packed],
    inputs: [buildValueInfo('states', onnxDataType.float32, ['B', 'S', 16])],
    outputs: [buildValueInfo('features', onnxDataType.float32, ['B', 1, 4])],
  });
  expect(summariseLayers(graph).layers).toEqual([{ nodes: 1, parameters: 64 }]);
});

test('refuses a graph that was not prepared here', () => {
  expect(() => summariseLayers(decodeModel(createTinyVit()).graph)).toThrow(/does not pool its layer/);
});
