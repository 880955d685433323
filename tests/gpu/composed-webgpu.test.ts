import { beforeAll, describe, expect, it } from 'vitest';
import type { ComposedResult } from './support/composed-results.ts';
import { runOnWebGpu } from './support/run-on-webgpu.ts';
import type { WebGpuRun } from './support/run-on-webgpu.ts';

const TITLES = ['a block of an encoder', 'an embedding table with repeated indices', 'the golden step of LEVI'];

/** The numeric suite's whole graphs, every node on the device. */
describe('gradients of whole graphs on WebGPU', () => {
  let run: WebGpuRun<ComposedResult>;

  beforeAll(async () => {
    run = await runOnWebGpu<ComposedResult>('./composed-results.ts');
    if (run.missing !== null) console.warn(`skipped: ${run.missing}`);
  });

  it.for(TITLES)('%s: equal the CPU', (title, { skip }) => {
    if (run.missing !== null) skip(run.missing);
    const result = run.results.find((each) => each.title === title);
    expect(result?.againstCpu).toBeLessThan(1e-5);
  });
});
