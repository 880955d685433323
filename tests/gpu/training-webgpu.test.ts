import { beforeAll, describe, expect, it } from 'vitest';
import { runOnWebGpu } from './support/run-on-webgpu.ts';
import type { WebGpuRun } from './support/run-on-webgpu.ts';
import type { TrainingResult } from './support/training-results.ts';

/** The step's graph has no node without a WebGPU kernel: the process that gives these results loads it with that as an error. */
describe('training on WebGPU, weights on the device', () => {
  let run: WebGpuRun<TrainingResult>;

  beforeAll(async () => {
    run = await runOnWebGpu<TrainingResult>('./training-results.ts');
    if (run.missing !== null) console.warn(`skipped: ${run.missing}`);
  });

  it('has the losses of the CPU for ten steps of AdamW', ({ skip }) => {
    if (run.missing !== null) skip(run.missing);
    const [result] = run.results;
    expect(result?.lossDistances).toHaveLength(10);
    expect(Math.max(...(result?.lossDistances ?? [Infinity]))).toBeLessThan(1e-5);
    expect(result?.parameterDistance).toBeLessThan(1e-4);
  });

  it('gives a state that the CPU goes on from, and takes one', ({ skip }) => {
    if (run.missing !== null) skip(run.missing);
    expect(run.results[0]?.continuedDistance).toBeLessThan(1e-5);
  });

  it('keeps no memory of steps taken', ({ skip }) => {
    if (run.missing !== null) skip(run.missing);
    // 60 steps make 180 MiB of state.
    expect(run.results[0]?.rssGrowthBytes).toBeLessThan(60 * 2 ** 20);
  });
});
