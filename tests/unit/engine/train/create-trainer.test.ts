import { describe, expect, it } from 'vitest';
import {
  add,
  createGraph,
  createTrainer,
  matmul,
  mul,
  reduceMean,
  square,
  sub,
  tensor,
} from '../../../../src/engine/index.ts';
import type { Trainer, TrainerOptions } from '../../../../src/engine/index.ts';
import { createTestRuntime } from '../../../support/runtime.ts';

/** Least squares: x [4, 2] times w plus offset, which an input holds. */
function openTrainer(options: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const graph = createGraph();
  const x = graph.input('x', 'float32', [4, 2]);
  const offset = graph.input('offset', 'float32', [4, 1]);
  const product = matmul(x, graph.parameter('w', [2, 1]));
  const predicted = mul(add(product, offset), graph.parameter('scale', [1]));
  const loss = reduceMean(square(sub(predicted, graph.input('y', 'float32', [4, 1]))));
  return createTrainer({
    runtime: createTestRuntime(),
    loss,
    parameters: { w: Float32Array.of(0, 0), scale: Float32Array.of(1) },
    optimizer: { learningRate: 0.1, weightDecay: 0 },
    ...options,
  });
}

const feeds = {
  x: tensor(Float32Array.of(1, 0, 0, 1, 1, 1, 2, 1), [4, 2]),
  offset: tensor(new Float32Array(4), [4, 1]),
  y: tensor(Float32Array.of(1, -1, 0, 1), [4, 1]),
};

describe('createTrainer', () => {
  it('trains what it is told to and leaves the rest', async () => {
    await using trainer = await openTrainer({ trainable: ['w'] });
    const losses: number[] = [];
    for (let step = 0; step < 200; step += 1) losses.push((await trainer.step(feeds)).loss);
    expect(losses[0]).toBe(0.75);
    expect(losses.at(-1)).toBeLessThan(1e-4);
    expect(trainer.parameters['w']?.[0]).toBeCloseTo(1, 1);
    expect([...(trainer.parameters['scale'] ?? [])]).toEqual([1]);
  });

  it('does not change the arrays it was given', async () => {
    const w = Float32Array.of(0, 0);
    await using trainer = await openTrainer({ parameters: { w, scale: Float32Array.of(1) } });
    await trainer.step(feeds);
    expect([...w]).toEqual([0, 0]);
  });

  it('returns gradients of inputs and further outputs', async () => {
    await using trainer = await openTrainer({ inputGradients: ['offset'] });
    const { inputGradients, gradients } = await trainer.gradientsOf(feeds);
    // d mean((p - y)^2) / d p = (p - y) / 2 at p = 0
    expect([...(inputGradients['offset'] ?? [])]).toEqual([-0.5, 0.5, 0, -0.5]);
    expect(Object.keys(gradients)).toEqual(['w', 'scale']);
    expect(trainer.steps).toBe(0);
  });

  it('scales learning rates by parameter and by step', async () => {
    const optimizer = { learningRate: 0.1, weightDecay: 0, perParameter: { w: { learningRate: 0.3 } } };
    await using trainer = await openTrainer({ optimizer });
    await trainer.step(feeds, { learningRateScale: 0.5 });
    expect(trainer.parameters['w']?.[0]).toBeCloseTo(0.15, 5);
  });

  it('stops at a loss that is no number, with everything as it was', async () => {
    await using trainer = await openTrainer();
    const broken = { ...feeds, y: tensor(Float32Array.of(1, Number.NaN, 0, 0), [4, 1]) };
    await expect(trainer.step(broken)).rejects.toMatchObject({ code: 'training_failed', message: /step 1 is NaN/ });
    expect([...(trainer.parameters['w'] ?? [])]).toEqual([0, 0]);
  });

  it.each([
    ['a parameter without values', { w: Float32Array.of(0, 0) }, "the parameter 'scale' was given no first values"],
    [
      'values of another size',
      { w: Float32Array.of(0), scale: Float32Array.of(1) },
      "the parameter 'w' [2, 1] was given 1 numbers",
    ],
    [
      'an unknown parameter',
      { w: Float32Array.of(0, 0), scale: Float32Array.of(1), v: Float32Array.of(1) },
      "the loss does not depend on a parameter 'v'",
    ],
  ])('refuses %s', async (_, parameters, message) => {
    await expect(openTrainer({ parameters })).rejects.toThrow(message);
  });

  it('refuses the state of other parameters and keeps its own', async () => {
    await using trainer = await openTrainer();
    await using smaller = await openTrainer({ trainable: ['w'] });
    expect(() => {
      trainer.importState(smaller.exportState());
    }).toThrow("the training state has no 'parameter/scale'");
  });
});
