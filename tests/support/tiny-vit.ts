// A vision transformer of 2 layers and width 8 over 4 patches, with random weights: pre-norm, as ViT, DeiT, DINOv2 and SigLIP have it.

import {
  add,
  concat,
  conv2d,
  createGraph,
  createRandom,
  expand,
  gelu,
  layerNorm,
  linear,
  matmul,
  mul,
  normalArray,
  reshape,
  softmax,
  tensor,
  toOnnx,
  transpose,
} from '../../src/engine/index.ts';
import type { Tensor, Value } from '../../src/engine/index.ts';

const layers = 2;
const width = 8;
const heads = 2;
const patch = 4;
export const tinyVitImageSize = 8;
const patches = (tinyVitImageSize / patch) ** 2;

/** The vision tower's config.json. */
export const tinyVitConfig = {
  model_type: 'vit',
  hidden_size: width,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  image_size: tinyVitImageSize,
  patch_size: patch,
};

/** Its preprocessor_config.json. */
export const tinyVitPreprocessor = {
  image_processor_type: 'ViTImageProcessor',
  do_resize: true,
  size: { height: tinyVitImageSize, width: tinyVitImageSize },
  resample: 2,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};

export interface TinyVitOptions {
  /** Learned tokens before the patches: none as in SigLIP, one as in ViT, two as in DeiT. */
  readonly prefixTokens?: number;
  /** Gives out the hidden states, too: what a test compares taps with. */
  readonly withHiddenStates?: boolean;
}

/** The model file: `pixel_values` [B, 3, 8, 8] to `last_hidden_state` [B, S, 8]. */
export function createTinyVit({ prefixTokens = 1, withHiddenStates = false }: TinyVitOptions = {}): Uint8Array {
  const graph = createGraph();
  const random = createRandom(7);
  const weights: Record<string, Tensor> = {};
  const parameter = (name: string, shape: readonly number[], deviation = 0.5, around = 0): Value => {
    const size = shape.reduce((product, count) => product * count, 1);
    weights[name] = tensor(
      normalArray(random, size, deviation).map((value) => value + around),
      shape,
    );
    return graph.parameter(name, shape);
  };
  const dense = (name: string, x: Value, from: number, to: number): Value =>
    linear(x, parameter(`${name}.weight`, [from, to]), parameter(`${name}.bias`, [to], 0.1));
  const norm = (name: string, x: Value): Value =>
    layerNorm(x, parameter(`${name}.weight`, [width], 0.1, 1), parameter(`${name}.bias`, [width], 0.1));

  const pixels = graph.input('pixel_values', 'float32', ['B', 3, tinyVitImageSize, tinyVitImageSize]);
  const filters = parameter('patch.weight', [width, 3, patch, patch], 0.2);
  const maps = conv2d(pixels, filters, { stride: patch, bias: parameter('patch.bias', [width]) });
  const embedded = transpose(reshape(maps, ['B', width, patches]), [0, 2, 1]);
  const tokens = patches + prefixTokens;
  const prefix = Array.from({ length: prefixTokens }, (_, at) =>
    expand(parameter(`token_${at}`, [1, 1, width]), ['B', 1, width]),
  );
  const states = [add(concat([...prefix, embedded], 1), parameter('positions', [1, tokens, width]))];
  for (let layer = 0; layer < layers; layer += 1) {
    const x = states.at(-1) ?? embedded;
    const name = (part: string): string => `layer.${layer}.${part}`;
    const normed = norm(name('before'), x);
    const split = (part: string, order: readonly number[]): Value =>
      transpose(reshape(dense(name(part), normed, width, width), ['B', tokens, heads, width / heads]), order);
    const scores = mul(matmul(split('query', [0, 2, 1, 3]), split('key', [0, 2, 3, 1])), (width / heads) ** -0.5);
    const mixed = transpose(matmul(softmax(scores), split('value', [0, 2, 1, 3])), [0, 2, 1, 3]);
    const middle = add(x, dense(name('output'), reshape(mixed, ['B', tokens, width]), width, width));
    const inner = gelu(dense(name('inner'), norm(name('after'), middle), width, 2 * width));
    states.push(add(middle, dense(name('outer'), inner, 2 * width, width)));
  }
  graph.output('last_hidden_state', norm('final', states.at(-1) ?? embedded));
  if (withHiddenStates) for (const [at, state] of states.entries()) graph.output(`hidden_${at}`, state);
  return toOnnx(graph, { weights }).model;
}
