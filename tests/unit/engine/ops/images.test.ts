import { describe, expect, it } from 'vitest';
import {
  averagePool2d,
  conv2d,
  convTranspose2d,
  createGraph,
  createRandom,
  createTrainer,
  globalAveragePool,
  gradients,
  linear,
  maxPool2d,
  normalArray,
  reduceSum,
  relu,
  softmaxCrossEntropy,
  tensor,
  toOnnx,
} from '../../../../src/engine/index.ts';
import type { Tensor, Value } from '../../../../src/engine/index.ts';
import { createTestRuntime } from '../../../support/runtime.ts';

/** Gradient of the sum of a pooled 1 x 1 x n image. */
async function slopesOf(pool: (x: Value) => Value, numbers: readonly number[]): Promise<readonly number[]> {
  const graph = createGraph();
  const x = graph.input('x', 'float32', [1, 1, 1, numbers.length]);
  const [slopes = x] = gradients(reduceSum(pool(x)), [x]);
  await using session = await createTestRuntime().load(toOnnx(graph, { outputs: { slopes } }).model);
  const results = await session.run({ x: tensor(Float32Array.from(numbers), [1, 1, 1, numbers.length]) });
  return Array.from(results['slopes']?.data ?? [], Number);
}

describe('maxPool2d', () => {
  it('shares the gradient among equal largest elements', async () => {
    const pool = (x: Value): Value => maxPool2d(x, { size: [1, 3] });
    expect(await slopesOf(pool, [2, 1, 2, 0, 5, 4])).toEqual([0.5, 0, 0.5, 0, 1, 0]);
  });

  it('gives nothing to padding that equals the largest element', async () => {
    const pool = (x: Value): Value => maxPool2d(x, { size: [1, 3], stride: [1, 2], padding: [0, 1, 0, 1] });
    expect(await slopesOf(pool, [0, -1, -2])).toEqual([1, 1, 0]);
  });
});

describe('averagePool2d', () => {
  it('does not count padding', async () => {
    const pool = (x: Value): Value => averagePool2d(x, { size: [1, 2], padding: [0, 1, 0, 0] });
    expect(await slopesOf(pool, [1, 2, 3])).toEqual([1, 0.5, 0.5]);
  });
});

describe('shapes that do not fit', () => {
  const graph = createGraph();
  const image = (...dims: readonly (number | string)[]): Value =>
    graph.input(`x${graph.inputs.length}`, 'float32', dims);
  const x = image('B', 4, 5, 5);

  it.each([
    ['filters of other channels', () => conv2d(x, image(2, 3, 3, 3)), 'do not fit in 1 groups'],
    ['filters that no group divides', () => conv2d(x, image(3, 2, 3, 3), { groups: 2 }), 'do not fit in 2 groups'],
    ['filters larger than the image', () => conv2d(x, image(2, 4, 6, 3)), 'a window of 6 does not fit in 0 + 5 + 0'],
    ['an image of three axes', () => conv2d(image(4, 5, 5), image(2, 4, 3, 3)), 'has not the four axes'],
    ['a height that is not known', () => conv2d(image('B', 4, 'H', 5), image(2, 4, 3, 3)), 'axis 2 of'],
    ['a stride of 0', () => maxPool2d(x, { size: 2, stride: 0 }), 'a window of 2 every 0'],
    ['padding as wide as the window', () => averagePool2d(x, { size: 2, padding: 2 }), 'lie in the padding as a whole'],
    [
      'rows beyond the stride',
      () => convTranspose2d(x, image(4, 1, 3, 3), { outputPadding: 1 }),
      'an output padding of [1, 1] is not below the stride',
    ],
  ])('refuses %s', (_, build, message) => {
    expect(build).toThrow(message);
  });
});

/** Images of one bright bar in noise: lying or standing. */
function makeBars(count: number): { readonly images: Tensor; readonly targets: Tensor } {
  const random = createRandom(3);
  const images = Float32Array.from({ length: count * 64 }, () => random.uniform() - 0.5);
  const targets = new Float32Array(count * 2);
  for (let row = 0; row < count; row += 1) {
    const kind = row % 2;
    const place = random.integer(8);
    for (let step = 0; step < 8; step += 1) images[row * 64 + (kind === 0 ? place * 8 + step : step * 8 + place)] = 1;
    targets[row * 2 + kind] = 1;
  }
  return { images: tensor(images, [count, 1, 8, 8]), targets: tensor(targets, [count, 2]) };
}

describe('a network of convolution and pooling', () => {
  it('learns to tell lying from standing bars', async () => {
    const graph = createGraph();
    const images = graph.input('images', 'float32', ['B', 1, 8, 8]);
    const first = conv2d(images, graph.parameter('k1', [6, 1, 3, 3]), { padding: 1, bias: graph.parameter('c1', [6]) });
    const pooled = maxPool2d(relu(first), { size: 2 });
    const second = relu(conv2d(pooled, graph.parameter('k2', [8, 6, 3, 3]), { padding: 1 }));
    const logits = linear(globalAveragePool(second), graph.parameter('w', [8, 2]), graph.parameter('b', [2]));
    const random = createRandom(1);
    await using trainer = await createTrainer({
      runtime: createTestRuntime(),
      loss: softmaxCrossEntropy(logits, graph.input('targets', 'float32', ['B', 2])),
      parameters: {
        k1: normalArray(random, 6 * 9, 0.3),
        c1: new Float32Array(6),
        k2: normalArray(random, 8 * 6 * 9, 0.2),
        w: normalArray(random, 16, 0.5),
        b: new Float32Array(2),
      },
      optimizer: { learningRate: 0.02, weightDecay: 0 },
    });
    const feeds = makeBars(64);
    const losses: number[] = [];
    for (let step = 0; step < 60; step += 1) losses.push((await trainer.step(feeds)).loss);
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses.at(-1)).toBeLessThan(0.1);
  });
});
