import {
  add,
  createGraph,
  createRandom,
  layerNorm,
  linear,
  matmul,
  mul,
  normalArray,
  reduceMean,
  relu,
  reshape,
  softmax,
  softmaxCrossEntropy,
  tensor,
  transpose,
} from '../../src/engine/index.ts';
import type { Feeds, Value } from '../../src/engine/index.ts';

/**
 * Two blocks as `torch.nn.TransformerEncoderLayer` has them by default (norm after each half, ReLU), without dropout, over 64 texts of 64
 * tokens; the mean over tokens and a linear head give one of 8 classes.
 */
export const TRANSFORMER = {
  vocabulary: 8_000,
  width: 128,
  length: 64,
  batch: 64,
  heads: 4,
  inner_width: 512,
  layers: 2,
  classes: 8,
} as const;

type Shapes = Readonly<Record<string, readonly number[]>>;

const { vocabulary, width, length, batch, heads, inner_width, layers, classes } = TRANSFORMER;

const dense = (name: string, from: number, to: number): Shapes => ({
  [`${name}.weight`]: [from, to],
  [`${name}.bias`]: [to],
});
const norm = (name: string): Shapes => ({ [`${name}.scale`]: [width], [`${name}.bias`]: [width] });

function blockShapes(path: string): Shapes {
  return {
    ...dense(`${path}.query`, width, width),
    ...dense(`${path}.key`, width, width),
    ...dense(`${path}.value`, width, width),
    ...dense(`${path}.mix`, width, width),
    ...norm(`${path}.norm1`),
    ...dense(`${path}.inner`, width, inner_width),
    ...dense(`${path}.outer`, inner_width, width),
    ...norm(`${path}.norm2`),
  };
}

/** The table of words. It stays outside of the graph, as docs/engine.md advises for large tables. */
export const WORDS = 'words';
/** The rows of the table that a batch needs, `[batch * length, width]`. */
export const EMBEDDED = 'embedded';

const SHAPES: Shapes = {
  positions: [length, width],
  ...Object.assign({}, ...Array.from({ length: layers }, (_, layer) => blockShapes(`block${layer}`))),
  ...dense('head', width, classes),
};

/** Mean cross-entropy of a batch; inputs `EMBEDDED` and `targets`. */
export function buildTransformerLoss(): Value {
  const graph = createGraph();
  const parameter = (name: string): Value => graph.parameter(name, SHAPES[name] ?? []);
  const dense = (name: string, x: Value): Value => linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
  const norm = (name: string, x: Value): Value => layerNorm(x, parameter(`${name}.scale`), parameter(`${name}.bias`));
  const words = reshape(graph.input(EMBEDDED, 'float32', [batch * length, width]), [batch, length, width]);
  let state = reshape(add(words, parameter('positions')), [batch * length, width]);
  for (let layer = 0; layer < layers; layer += 1) {
    const path = `block${layer}`;
    const mixed = attend((part) => dense(`${path}.${part}`, state));
    state = norm(`${path}.norm1`, add(state, dense(`${path}.mix`, mixed)));
    state = norm(`${path}.norm2`, add(state, dense(`${path}.outer`, relu(dense(`${path}.inner`, state)))));
  }
  const pooled = reduceMean(reshape(state, [batch, length, width]), [1]);
  return softmaxCrossEntropy(dense('head', pooled), graph.input('targets', 'float32', [batch, classes]));
}

function attend(project: (part: 'query' | 'key' | 'value') => Value): Value {
  const size = width / heads;
  const split = (x: Value, order: readonly number[]): Value =>
    transpose(reshape(x, [batch, length, heads, size]), order);
  // The query is scaled, not the scores: half as many numbers.
  const query = mul(split(project('query'), [0, 2, 1, 3]), 1 / Math.sqrt(size));
  const scores = matmul(query, split(project('key'), [0, 2, 3, 1]));
  const mixed = matmul(softmax(scores), split(project('value'), [0, 2, 1, 3]));
  return reshape(transpose(mixed, [0, 2, 1, 3]), [batch * length, width]);
}

/** Normal with deviation 0.02; scales are 1, biases 0. */
export function initialTransformer(seed: number): Readonly<Record<string, Float32Array>> {
  const random = createRandom(seed);
  const start = (name: string, count: number): Float32Array => {
    if (name.endsWith('.bias')) return new Float32Array(count);
    return name.endsWith('.scale') ? new Float32Array(count).fill(1) : normalArray(random, count, 0.02);
  };
  return Object.fromEntries(
    Object.entries({ [WORDS]: [vocabulary, width], ...SHAPES }).map(([name, dims]) => [
      name,
      start(
        name,
        dims.reduce((product, size) => product * size, 1),
      ),
    ]),
  );
}

export const transformerDims = (name: string): readonly number[] =>
  name === WORDS ? [vocabulary, width] : (SHAPES[name] ?? []);

/** One batch of random tokens and classes. */
export function transformerBatch(seed: number): Feeds & Readonly<Record<'ids' | 'targets', Feeds[string]>> {
  const random = createRandom(seed);
  const ids = new Int32Array(batch * length).map(() => random.integer(vocabulary));
  const targets = new Float32Array(batch * classes);
  for (let row = 0; row < batch; row += 1) targets[row * classes + random.integer(classes)] = 1;
  return { ids: tensor(ids, [batch, length]), targets: tensor(targets, [batch, classes]) };
}
