import {
  createRandom,
  createGraph,
  layerNorm,
  gelu,
  linear,
  normalArray,
  softmaxCrossEntropy,
  tensor,
} from '../../src/engine/index.ts';
import type { Tensor, TrainerOptions } from '../../src/engine/index.ts';

const rows = 8;

/** A classifier of two layers with parameters of several kinds; the batch's size is symbolic. */
export function smallNetwork(): Omit<TrainerOptions, 'runtime'> {
  const graph = createGraph();
  const x = graph.input('x', 'float32', ['B', 5]);
  const hidden = gelu(linear(x, graph.parameter('w1', [5, 12]), graph.parameter('b1', [12])));
  const normal = layerNorm(hidden, graph.parameter('scale', [12]), graph.parameter('shift', [12]));
  const logits = linear(normal, graph.parameter('w2', [12, 3]), graph.parameter('b2', [3]));
  const random = createRandom(4);
  return {
    loss: softmaxCrossEntropy(logits, graph.input('targets', 'float32', ['B', 3])),
    outputs: { logits },
    parameters: {
      w1: normalArray(random, 60, 0.5),
      b1: normalArray(random, 12, 0.1),
      scale: normalArray(random, 12, 1),
      shift: normalArray(random, 12, 0.1),
      w2: normalArray(random, 36, 0.4),
      b2: normalArray(random, 3, 0.1),
    },
    optimizer: {
      learningRate: 0.02,
      weightDecay: 0.05,
      perParameter: { b1: { weightDecay: 0 }, b2: { weightDecay: 0 } },
    },
    sizes: { B: rows },
  };
}

/** Another batch for every step. */
export function networkFeeds(step: number): Readonly<Record<string, Tensor>> {
  const random = createRandom(100 + step);
  const targets = new Float32Array(rows * 3);
  for (let row = 0; row < rows; row += 1) targets[row * 3 + random.integer(3)] = 1;
  return { x: tensor(normalArray(random, rows * 5, 1), [rows, 5]), targets: tensor(targets, [rows, 3]) };
}

/** Largest difference between numbers under the same names. */
export function largestDistance(
  actual: Readonly<Record<string, ArrayLike<number>>>,
  expected: Readonly<Record<string, ArrayLike<number>>>,
): number {
  const distances = Object.entries(expected).flatMap(([name, numbers]) =>
    Array.from(numbers, (number, index) => Math.abs(number - (actual[name]?.[index] ?? Infinity))),
  );
  return Math.max(...distances);
}
