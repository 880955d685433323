import {
  createGraph,
  createRandom,
  createTrainer,
  linear,
  softmax,
  softmaxCrossEntropy,
  tanh,
  tensor,
  toOnnx,
  uniformArray,
} from '../../src/engine/index.ts';
import type { Runtime, Tensor } from '../../src/engine/index.ts';

const rows = 200;
const hidden = 32;
const shapes = { w1: [2, hidden], b1: [hidden], w2: [hidden, 2], b2: [2] } as const;

/** Two intertwined arms: which one a point lies on cannot be told by a line. */
export function makeSpirals(seed: number): { readonly points: Tensor; readonly targets: Tensor } {
  const random = createRandom(seed);
  const points = new Float32Array(rows * 2);
  const targets = new Float32Array(rows * 2);
  for (let row = 0; row < rows; row += 1) {
    const arm = row % 2;
    const radius = random.uniform();
    const angle = 5 * radius + Math.PI * arm;
    points.set([radius * Math.cos(angle), radius * Math.sin(angle)], row * 2);
    targets[row * 2 + arm] = 1;
  }
  return { points: tensor(points, [rows, 2]), targets: tensor(targets, [rows, 2]) };
}

export interface SpiralResult {
  /** Of each step. */
  readonly losses: readonly number[];
  /** Share of points, none of them trained on, whose arm is told rightly. */
  readonly accuracy: number;
}

/** Trains a network of two layers on whatever runs ONNX, then uses it on other points. */
export async function trainSpiral(runtime: Runtime, seed = 1): Promise<SpiralResult> {
  const graph = createGraph();
  const points = graph.input('points', 'float32', ['B', 2]);
  const targets = graph.input('targets', 'float32', ['B', 2]);
  const activations = tanh(linear(points, graph.parameter('w1', shapes.w1), graph.parameter('b1', shapes.b1)));
  const logits = linear(activations, graph.parameter('w2', shapes.w2), graph.parameter('b2', shapes.b2));

  const random = createRandom(seed);
  await using trainer = await createTrainer({
    runtime,
    loss: softmaxCrossEntropy(logits, targets),
    parameters: {
      w1: uniformArray(random, 2 * hidden, 2),
      b1: uniformArray(random, hidden, 1),
      w2: uniformArray(random, hidden * 2, 1 / Math.sqrt(hidden)),
      b2: new Float32Array(2),
    },
    optimizer: { learningRate: 0.03, weightDecay: 0, perParameter: { b1: { learningRate: 0.01 } } },
  });
  const feeds = makeSpirals(seed);
  const losses: number[] = [];
  for (let step = 0; step < 300; step += 1) losses.push((await trainer.step(feeds)).loss);

  // The part of the graph that is wanted, with the trained parameters as weights: a model of its own, of any number of points.
  const weights = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      tensor(trainer.parameters[name] ?? new Float32Array(), shape),
    ]),
  );
  const { model } = toOnnx(graph, { outputs: { probabilities: softmax(logits) }, weights });
  await using session = await runtime.load(model);
  const fresh = makeSpirals(seed + 1);
  const { probabilities } = await session.run({ points: fresh.points });
  return { losses, accuracy: shareOfRight(probabilities, fresh.targets) };
}

function shareOfRight(probabilities: Tensor | undefined, targets: Tensor): number {
  const right = Array.from({ length: rows }, (_, row) => {
    const isFirst = Number(probabilities?.data[2 * row]) > 0.5;
    return isFirst === (targets.data[2 * row] === 1);
  });
  return right.filter(Boolean).length / rows;
}
