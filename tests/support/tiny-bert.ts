// A BERT of 2 layers and width 8 with random weights, and its forward pass written out in float64: what the paper
// and the reference implementation say, with plain loops, so that no graph code is compared with itself.

import { float32Data, tensor } from '../../src/engine/tensor.ts';
import type { Tensor } from '../../src/engine/tensor.ts';

export interface TinyBert {
  readonly config: Readonly<Record<string, unknown>>;
  /** By the names of a Hugging Face checkpoint. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

const layers = 2;
const width = 8;
const heads = 2;
const inner = 16;
const vocabulary = 20;
const positions = 12;
const epsilon = 1e-12;

export const tinyBertConfig = {
  model_type: 'bert',
  hidden_act: 'gelu',
  hidden_size: width,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  intermediate_size: inner,
  vocab_size: vocabulary,
  max_position_embeddings: positions,
  type_vocab_size: 2,
  layer_norm_eps: epsilon,
  position_embedding_type: 'absolute',
};

export function createTinyBert(seed = 1): TinyBert {
  const next = mulberry32(seed);
  const tensors: Record<string, Tensor> = {};
  const add = (name: string, shape: readonly number[], around = 0): void => {
    const length = shape.reduce((product, size) => product * size, 1);
    tensors[name] = tensor(
      Float32Array.from({ length }, () => around + (next() - 0.5)),
      shape,
    );
  };
  const addLinear = (name: string, inputs: number, outputs: number): void => {
    add(`${name}.weight`, [outputs, inputs]);
    add(`${name}.bias`, [outputs]);
  };
  const addNorm = (name: string): void => {
    add(`${name}.weight`, [width], 1);
    add(`${name}.bias`, [width]);
  };
  add('embeddings.word_embeddings.weight', [vocabulary, width]);
  add('embeddings.position_embeddings.weight', [positions, width]);
  add('embeddings.token_type_embeddings.weight', [2, width]);
  addNorm('embeddings.LayerNorm');
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value']) addLinear(`${at}.attention.self.${part}`, width, width);
    addLinear(`${at}.attention.output.dense`, width, width);
    addNorm(`${at}.attention.output.LayerNorm`);
    addLinear(`${at}.intermediate.dense`, width, inner);
    addLinear(`${at}.output.dense`, inner, width);
    addNorm(`${at}.output.LayerNorm`);
  }
  addLinear('pooler.dense', width, width);
  return { config: tinyBertConfig, tensors };
}

/** Mean of each hidden state over the tokens of one text: `[layers + 1][width]`. */
export function referenceFeatures(bert: TinyBert, ids: readonly number[]): number[][] {
  return referenceHiddenStates(bert, ids).map((state) =>
    Array.from({ length: width }, (_, at) => state.reduce((sum, row) => sum + (row[at] ?? Number.NaN), 0) / ids.length),
  );
}

/** Hidden states of one text: embeddings and each layer, `[layers + 1][tokens][width]`. */
function referenceHiddenStates(bert: TinyBert, ids: readonly number[]): number[][][] {
  const rows = (name: string): number[][] => {
    const { dims, data } = lookUp(bert, name);
    const columns = dims[1] ?? 1;
    return Array.from({ length: dims[0] ?? 0 }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)]);
  };
  const linear = (name: string, x: number[][]): number[][] => {
    const weight = rows(`${name}.weight`);
    const bias = lookUp(bert, `${name}.bias`).data;
    return x.map((row) => weight.map((column, at) => dot(row, column) + (bias[at] ?? Number.NaN)));
  };
  const norm = (name: string, x: number[][]): number[][] =>
    x.map((row) => normalise(row, lookUp(bert, `${name}.weight`).data, lookUp(bert, `${name}.bias`).data));
  const word = rows('embeddings.word_embeddings.weight');
  const position = rows('embeddings.position_embeddings.weight');
  const type = rows('embeddings.token_type_embeddings.weight')[0] ?? [];
  const summed = ids.map((id, at) => plus(plus(word[id] ?? [], position[at] ?? []), type));
  const states = [norm('embeddings.LayerNorm', summed)];
  for (let layer = 0; layer < layers; layer += 1) {
    const x = states.at(-1) ?? [];
    const at = `encoder.layer.${layer}`;
    const [query, key, value] = ['query', 'key', 'value'].map((part) => linear(`${at}.attention.self.${part}`, x));
    const mixed = attend(query ?? [], key ?? [], value ?? []);
    const attended = linear(`${at}.attention.output.dense`, mixed);
    const first = norm(`${at}.attention.output.LayerNorm`, addRows(attended, x));
    const hidden = linear(`${at}.intermediate.dense`, first).map((row) => row.map(gelu));
    states.push(norm(`${at}.output.LayerNorm`, addRows(linear(`${at}.output.dense`, hidden), first)));
  }
  return states;
}

function attend(query: number[][], key: number[][], value: number[][]): number[][] {
  const size = width / heads;
  return query.map((q) =>
    Array.from({ length: heads }, (_, head) => {
      const part = (row: number[]): number[] => row.slice(head * size, (head + 1) * size);
      const scores = key.map((k) => dot(part(q), part(k)) / Math.sqrt(size));
      const weights = softmax(scores);
      return Array.from({ length: size }, (_unused, at) =>
        dot(
          weights,
          value.map((v) => part(v)[at] ?? Number.NaN),
        ),
      );
    }).flat(),
  );
}

function lookUp(bert: TinyBert, name: string): { readonly dims: readonly number[]; readonly data: Float32Array } {
  const found = bert.tensors[name];
  if (found === undefined) throw new Error(`the tiny BERT has no ${name}`);
  return { dims: found.dims, data: float32Data(found) };
}

function normalise(row: readonly number[], scale: Float32Array, shift: Float32Array): number[] {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  const deviation = Math.sqrt(variance + epsilon);
  return row.map((value, at) => ((value - mean) / deviation) * (scale[at] ?? Number.NaN) + (shift[at] ?? Number.NaN));
}

function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

// The Taylor series, exact to float64 for the |x| < 4 of these tests.
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n += 1) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, at) => sum + value * (right[at] ?? Number.NaN), 0);
}

function plus(left: readonly number[], right: readonly number[]): number[] {
  return left.map((value, at) => value + (right[at] ?? Number.NaN));
}

function addRows(left: readonly number[][], right: readonly number[][]): number[][] {
  return left.map((row, at) => plus(row, right[at] ?? []));
}

// https://gist.github.com/tommyettinger/46a874533244883189143505d203312c (public domain)
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
