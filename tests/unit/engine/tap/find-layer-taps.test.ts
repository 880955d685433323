import { describe, expect, it } from 'vitest';
import {
  buildGraph,
  buildInt64Tensor,
  buildNode,
  buildTensor,
  buildValueInfo,
} from '../../../../src/engine/onnx/build.ts';
import { decodeModel } from '../../../../src/engine/onnx/decode-model.ts';
import type { OnnxGraph, OnnxNode } from '../../../../src/engine/onnx/types.ts';
import { findLayerTaps } from '../../../../src/engine/tap/find-layer-taps.ts';
import { findAsset, titleOrReason } from '../../../support/assets.ts';
import { readFileSync } from 'node:fs';

const node = (opType: string, inputs: readonly string[], ...outputs: readonly string[]): OnnxNode =>
  buildNode({ opType, inputs, outputs });

const embedding = node('Gather', ['table', 'input_ids'], 'embedded');

function graphOf(nodes: readonly OnnxNode[], output = 'last_hidden_state'): OnnxGraph {
  return buildGraph({
    nodes,
    initializers: [buildTensor('table', 1, [4, 2], new Uint8Array(32)), buildInt64Tensor('axes', [0])],
    inputs: [buildValueInfo('input_ids', 7, ['B', 'S']), buildValueInfo('attention_mask', 7, ['B', 'S'])],
    outputs: [buildValueInfo(output, 1, ['B', 'S', 2])],
  });
}

/** x + f(norm(x)), as GPT-2, ViT or Llama have it. */
function preNormLayer(x: string, out: string): readonly OnnxNode[] {
  const at = (part: string): string => `${out}.${part}`;
  return [
    node('LayerNormalization', [x, 'w', 'b'], at('norm')),
    node('MatMul', [at('norm'), 'wq'], at('q')),
    node('MatMul', [at('norm'), 'wk'], at('k')),
    node('MatMul', [at('norm'), 'wv'], at('v')),
    node('MatMul', [at('q'), at('k')], at('scores')),
    node('Softmax', [at('scores')], at('weights')),
    node('MatMul', [at('weights'), at('v')], at('mixed')),
    node('Add', [x, at('mixed')], at('middle')),
    node('LayerNormalization', [at('middle'), 'w', 'b'], at('norm2')),
    node('MatMul', [at('norm2'), 'w1'], at('inner')),
    node('Gelu', [at('inner')], at('active')),
    node('MatMul', [at('active'), 'w2'], at('outer')),
    node('Add', [at('middle'), at('outer')], out),
  ];
}

const finalNorm = node('LayerNormalization', ['second', 'w', 'b'], 'last_hidden_state');
const preNorm = [embedding, ...preNormLayer('embedded', 'first'), ...preNormLayer('first', 'second'), finalNorm];

describe('finding layers by structure', () => {
  it('taps the residual stream of a pre-norm model, before its final norm', () => {
    expect(findLayerTaps(graphOf(preNorm), { expectedLayers: 2 })).toEqual(['embedded', 'first', 'second']);
  });

  it('does not depend on the order of the nodes', () => {
    expect(findLayerTaps(graphOf(preNorm.toReversed()))).toEqual(['embedded', 'first', 'second']);
  });

  it('leaves a head above the last layer alone', () => {
    const head = node('MatMul', ['last_hidden_state', 'w_head'], 'logits');
    expect(findLayerTaps(graphOf([...preNorm, head], 'logits'))).toEqual(['embedded', 'first', 'second']);
  });

  it('understands fused attention and fused norms that give out the residual sum', () => {
    const fusedLayer = (normed: string, sum: string, out: string): readonly OnnxNode[] => [
      node('Attention', [normed, 'wqkv', 'bqkv'], `${out}.mixed`),
      node('SkipLayerNormalization', [`${out}.mixed`, sum, 'w', 'b'], `${out}.norm`, '', '', `${out}.middle`),
      node('MatMul', [`${out}.norm`, 'w1'], `${out}.inner`),
      node('FastGelu', [`${out}.inner`], `${out}.active`),
      node('MatMul', [`${out}.active`, 'w2'], `${out}.outer`),
      node('SkipLayerNormalization', [`${out}.outer`, `${out}.middle`, 'w', 'b'], `${out}.next`, '', '', out),
    ];
    const nodes = [
      embedding,
      node('LayerNormalization', ['embedded', 'w', 'b'], 'normed'),
      ...fusedLayer('normed', 'embedded', 'first'),
      ...fusedLayer('first.next', 'first', 'second'),
      node('Identity', ['second.next'], 'last_hidden_state'),
    ];
    expect(findLayerTaps(graphOf(nodes))).toEqual(['embedded', 'first', 'second']);
  });

  it('follows token ids through casts and ignores what depends on shapes only', () => {
    const nodes = [
      node('Cast', ['input_ids'], 'ids32'),
      node('Gather', ['table', 'ids32'], 'embedded'),
      node('Shape', ['embedded'], 'size'),
      ...preNorm.slice(1, -1),
      node('Reshape', ['second', 'size'], 'last_hidden_state'),
    ];
    expect(findLayerTaps(graphOf(nodes))).toEqual(['embedded', 'first', 'second']);
  });

  it('taps a single layer', () => {
    const nodes = [embedding, ...preNormLayer('embedded', 'first'), node('Identity', ['first'], 'last_hidden_state')];
    expect(findLayerTaps(graphOf(nodes), { expectedLayers: 1 })).toEqual(['embedded', 'first']);
  });
});

describe('refusing instead of guessing', () => {
  const refusal =
    (nodes: readonly OnnxNode[], expectedLayers?: number): (() => unknown) =>
    () =>
      findLayerTaps(graphOf(nodes), { expectedLayers });

  it('refuses another number of layers than the configuration has', () => {
    expect(refusal(preNorm, 3)).toThrow('2 attention layers were found (regions');
  });

  it('refuses a graph without attention', () => {
    const nodes = [embedding, node('ReduceMean', ['embedded'], 'last_hidden_state')];
    expect(refusal(nodes)).toThrow('the graph has no attention layer');
  });

  it("does not take a classifier's softmax for attention", () => {
    const nodes = [
      embedding,
      node('MatMul', ['embedded', 'w'], 'logits'),
      node('Softmax', ['logits'], 'last_hidden_state'),
    ];
    expect(refusal(nodes)).toThrow('the graph has no attention layer');
  });

  it('refuses layers that differ from each other', () => {
    const [gather, ...rest] = preNorm;
    const between = [node('MatMul', ['first', 'w'], 'extra')];
    const nodes = [...(gather ? [gather] : []), ...rest.slice(0, 13), ...between, ...preNormLayer('extra', 'second')];
    const third = [...nodes, ...preNormLayer('second', 'third'), node('Identity', ['third'], 'last_hidden_state')];
    expect(refusal(third)).toThrow('the layers differ from each other');
  });

  it('refuses a graph whose output does not come from the tokens', () => {
    expect(refusal([node('Identity', ['table'], 'last_hidden_state')])).toThrow('no data path leads');
  });
});

describe.each([
  ['all-minilm-l6-v2', 7],
  ['stories260k-llama', 6],
])('the real graph %s', (name, taps) => {
  const path = `weights/${name}/onnx/model.onnx`;
  const asset = findAsset(path);
  it.skipIf(asset === null)(titleOrReason(`has ${taps} taps`, path, asset), () => {
    expect(findLayerTaps(decodeModel(readFileSync(asset ?? '')).graph)).toHaveLength(taps);
  });
});

describe.each(['glove-6b-50d-10k', 'mobilenet-v2-035-224-imagenet'])('the real graph %s', (name) => {
  const path = `weights/${name}/onnx/model.onnx`;
  const asset = findAsset(path);
  it.skipIf(asset === null)(titleOrReason('is refused with its reason', path, asset), () => {
    expect(() => findLayerTaps(decodeModel(readFileSync(asset ?? '')).graph)).toThrow('has no attention layer');
  });
});
