import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import { createDeviceTrainer, createGraph, createTrainer, reduceMean, square } from '../../../src/engine/index.ts';
import type { Runtime } from '../../../src/engine/index.ts';
import { createTestRuntime } from '../../support/runtime.ts';
import { largestDistance, networkFeeds, smallNetwork } from '../../support/small-network.ts';
import { serveWebGpu } from './webgpu-script.ts';

/** How ten steps on the device went. */
export interface TrainingResult {
  readonly lossDistances: readonly number[];
  readonly parameterDistance: number;
  /** How far a run from the device's state, gone on with on the CPU, is from one that stayed there. */
  readonly continuedDistance: number;
  /** Over 60 steps that make 180 MiB of state. */
  readonly rssGrowthBytes: number;
}

const STEPS = 10;

/** Loads the step's graph where a node without a kernel is an error, and runs nothing. */
async function loadWhole(): Promise<void> {
  const strict = createTestRuntime({ device: 'webgpu', isWhole: true });
  await using _ = await createDeviceTrainer({ runtime: strict, ...smallNetwork() });
}

/** Growth of this process over 60 steps whose state is 3 MiB. */
async function measureGrowth(runtime: Runtime): Promise<number> {
  const graph = createGraph();
  const loss = reduceMean(square(graph.parameter('w', [512, 512])));
  const parameters = { w: new Float32Array(512 * 512).fill(1) };
  await using device = await createDeviceTrainer({ runtime, loss, parameters, optimizer: { learningRate: 0.01 } });
  for (let step = 0; step < 10; step += 1) await device.step({});
  const before = process.memoryUsage().rss;
  for (let step = 0; step < 60; step += 1) await device.step({});
  return process.memoryUsage().rss - before;
}

async function* train(): AsyncGenerator<TrainingResult> {
  await loadWhole();
  const runtime: Runtime = createOnnxRuntime({ device: 'webgpu', threads: 1 });
  await using device = await createDeviceTrainer({ runtime, ...smallNetwork() });
  await using host = await createTrainer({ runtime: createTestRuntime(), ...smallNetwork() });
  const lossDistances: number[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const expected = await host.step(networkFeeds(step));
    lossDistances.push(Math.abs((await device.step(networkFeeds(step))).loss - expected.loss));
  }
  const parameterDistance = largestDistance(await device.readParameters(), host.parameters);

  await using continued = await createTrainer({ runtime: createTestRuntime(), ...smallNetwork() });
  continued.importState(await device.exportState());
  await continued.step(networkFeeds(STEPS));
  await device.importState(await device.exportState());
  await device.step(networkFeeds(STEPS));
  const continuedDistance = largestDistance(await device.readParameters(), continued.parameters);

  const rssGrowthBytes = await measureGrowth(runtime);
  yield { lossDistances, parameterDistance, continuedDistance, rssGrowthBytes };
}

await serveWebGpu(train);
