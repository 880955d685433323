import { describe, expect, it } from 'vitest';
import { createTrainer, writeSafetensors } from '../../src/engine/index.ts';
import type { Trainer } from '../../src/engine/index.ts';
import { createTestRuntime } from '../support/runtime.ts';
import { buildGoldenModel, flatten, golden, goldenFeeds, goldenParameters } from './levi-step-model.ts';

const TOLERANCE = 1e-6;
const feeds = goldenFeeds();
const steps = golden.loss_before_each_adamw_step.length;

function openTrainer({ threads = 1 }: { readonly threads?: number } = {}): Promise<Trainer> {
  const { loss, views, ensemble } = buildGoldenModel();
  return createTrainer({
    runtime: createTestRuntime({ intraOpNumThreads: threads }),
    loss,
    parameters: goldenParameters(),
    outputs: { ensemble, ...Object.fromEntries(views.map((view, layer) => [`view${layer}`, view])) },
    optimizer: { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05 },
  });
}

function distance(actual: ArrayLike<number> | undefined, expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  return Math.max(...expected.map((value, index) => Math.abs(value - (actual?.[index] ?? Number.NaN))));
}

describe('the golden step of PyTorch', () => {
  it('has the same loss, views and ensemble', async () => {
    await using trainer = await openTrainer();
    const { loss, outputs } = await trainer.gradientsOf(feeds);
    const numbersOf = (name: string): readonly number[] => Array.from(outputs[name]?.data ?? [], Number);
    expect(Math.abs(loss - golden.loss)).toBeLessThan(TOLERANCE);
    expect(distance(numbersOf('ensemble'), flatten(golden.ensemble_logits))).toBeLessThan(TOLERANCE);
    for (const [layer, logits] of golden.view_logits.entries()) {
      expect(distance(numbersOf(`view${layer}`), flatten(logits))).toBeLessThan(TOLERANCE);
    }
  });

  it('has the same gradient of every parameter', async () => {
    await using trainer = await openTrainer();
    const { gradients } = await trainer.gradientsOf(feeds);
    expect(Object.keys(gradients).toSorted()).toEqual(Object.keys(golden.gradients).toSorted());
    for (const [name, expected] of Object.entries(golden.gradients)) {
      expect(distance(gradients[name], flatten(expected)), name).toBeLessThan(TOLERANCE);
    }
  });

  it('goes the same way for five steps of AdamW', async () => {
    await using trainer = await openTrainer();
    for (const expected of golden.loss_before_each_adamw_step) {
      const { loss } = await trainer.step(feeds);
      expect(Math.abs(loss - expected)).toBeLessThan(TOLERANCE);
    }
    for (const [name, expected] of Object.entries(golden.parameters_after_5_steps)) {
      expect(distance(trainer.parameters[name], flatten(expected)), name).toBeLessThan(TOLERANCE);
    }
  });
});

describe('a training run', () => {
  const train = async (trainer: Trainer, count: number): Promise<Uint8Array> => {
    for (let step = 0; step < count; step += 1) await trainer.step(feeds);
    return writeSafetensors(trainer.exportState().tensors);
  };

  it.each([1, 4])('repeats bit for bit with %i threads', async (threads) => {
    await using first = await openTrainer({ threads });
    await using second = await openTrainer({ threads });
    expect(await train(first, steps)).toEqual(await train(second, steps));
  });

  it('goes on from an exported state bit for bit', async () => {
    await using whole = await openTrainer();
    await using before = await openTrainer();
    await using after = await openTrainer();
    await train(before, 2);
    after.importState(before.exportState());
    expect(after.steps).toBe(2);
    expect(await train(after, 3)).toEqual(await train(whole, 5));
  });
});
