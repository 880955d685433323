import { describe, expect, it } from 'vitest';
import { createDeviceTrainer, createTrainer, decodeModel, tensor } from '../../../../src/engine/index.ts';
import type { Runtime, TrainerOptions } from '../../../../src/engine/index.ts';
import { createTestRuntime } from '../../../support/runtime.ts';
import { largestDistance, networkFeeds, smallNetwork } from '../../../support/small-network.ts';

const STEPS = 10;
const runtime = createTestRuntime();
const options = (changes: Partial<TrainerOptions> = {}): TrainerOptions => ({ runtime, ...smallNetwork(), ...changes });

describe('createDeviceTrainer', () => {
  it.each<readonly [string, Partial<TrainerOptions>]>([
    ['groups of parameters', {}],
    ['one group', { optimizer: { learningRate: 0.02 } }],
    ['frozen parameters', { trainable: ['w1', 'scale', 'b2'] }],
    ['gradients of inputs', { inputGradients: ['x'] }],
  ])('goes the way of the host trainer: %s', async (_, changes) => {
    await using host = await createTrainer(options(changes));
    await using device = await createDeviceTrainer(options(changes));
    for (let step = 0; step < STEPS; step += 1) {
      const schedule = { learningRateScale: 1 - step / STEPS };
      const expected = await host.step(networkFeeds(step), schedule);
      const actual = await device.step(networkFeeds(step), schedule);
      expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(1e-5);
      expect(largestDistance(actual.inputGradients, expected.inputGradients)).toBeLessThan(1e-5);
      expect(actual.outputs['logits']?.dims).toEqual([8, 3]);
    }
    expect(device.steps).toBe(STEPS);
    expect(largestDistance(await device.readParameters(), host.parameters)).toBeLessThan(1e-5);
  });

  it('exchanges its state with the host trainer', async () => {
    await using host = await createTrainer(options());
    await using device = await createDeviceTrainer(options());
    for (let step = 0; step < 3; step += 1) await host.step(networkFeeds(step));
    await device.importState(host.exportState());
    await device.step(networkFeeds(3));
    const state = await device.exportState();
    expect(state.step).toBe(4);
    await host.step(networkFeeds(3));
    const arrays = ({ tensors }: typeof state) =>
      Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, Array.from(data, Number)]));
    expect(largestDistance(arrays(state), arrays(host.exportState()))).toBeLessThan(1e-6);
  });

  it('evaluates without a change', async () => {
    await using device = await createDeviceTrainer(options());
    const before = await device.readParameters();
    const { loss } = await device.evaluate(networkFeeds(0));
    expect((await device.step(networkFeeds(0))).loss).toBe(loss);
    expect(before['w1']).toEqual(smallNetwork().parameters['w1']);
    expect(largestDistance(await device.readParameters(), before)).toBeGreaterThan(0.01);
  });

  it('stops at a loss that is no number, with everything as it was', async () => {
    await using device = await createDeviceTrainer(options());
    const broken = { ...networkFeeds(0), x: tensor(new Float32Array(40).fill(Number.NaN), [8, 5]) };
    await expect(device.step(broken)).rejects.toMatchObject({ code: 'training_failed', message: /step 1 is NaN/ });
    expect(device.steps).toBe(0);
    expect(await device.readParameters()).toEqual(smallNetwork().parameters);
    expect((await device.step(networkFeeds(0))).loss).toBeGreaterThan(0);
  });

  it('is one graph that reads no sizes and binds few tensors', async () => {
    const graphs: Uint8Array[] = [];
    const recording: Runtime = {
      ...runtime,
      load: (model) => {
        graphs.push(model);
        return runtime.load(model);
      },
    };
    await using _ = await createDeviceTrainer(options({ runtime: recording }));
    const [{ graph } = decodeModel(new Uint8Array())] = graphs.map((bytes) => decodeModel(bytes));
    const opTypes = new Set(graph.nodes.map(({ opType }) => opType));
    for (const refused of ['Split', 'Shape', 'ScatterND']) expect(opTypes).not.toContain(refused);
    expect(graph.inputs.map(({ name }) => name).toSorted()).toEqual([
      'adamw.factors',
      'adamw.first',
      'adamw.parameters',
      'adamw.second',
      'targets',
      'x',
    ]);
  });

  it('refuses to train nothing', async () => {
    await expect(createDeviceTrainer(options({ trainable: [] }))).rejects.toThrow('no parameter to train');
  });
});
