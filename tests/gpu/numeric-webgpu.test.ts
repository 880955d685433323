import { beforeAll, describe, expect, it } from 'vitest';
import { deviceCases } from './support/device-cases.ts';
import type { OperatorResult } from './support/operator-results.ts';
import { runOnWebGpu } from './support/run-on-webgpu.ts';
import type { WebGpuRun } from './support/run-on-webgpu.ts';
import { unplacedCases } from './support/unplaced-cases.ts';

const CPU_TOLERANCE = 1e-5;
// float32 against float64, with the kernels' own approximations of transcendental functions.
const REFERENCE_TOLERANCE = 1e-5;

const titles = deviceCases.flatMap(([name]) => [`${name}: forward`, `${name}: backward`]);

/** Every node must be placed on the device: the sessions are loaded with `disable_cpu_ep_fallback`. */
describe('operators and losses on WebGPU', () => {
  let run: WebGpuRun<OperatorResult>;

  beforeAll(async () => {
    run = await runOnWebGpu<OperatorResult>('./operator-results.ts');
    if (run.missing !== null) console.warn(`skipped: ${run.missing}`);
  });

  it.for(titles)('%s equals the CPU', (title, { skip }) => {
    if (run.missing !== null) skip(run.missing);
    const result = run.results.find((each) => each.title === title);
    expect(result).toMatchObject({ failure: null });
    expect(result?.againstCpu).toBeLessThan(CPU_TOLERANCE);
    expect(result?.againstReference).toBeLessThan(REFERENCE_TOLERANCE);
  });

  // When one of these fails, WebGPU has gained a kernel, and docs/engine.md asks for a way around that is needed no more.
  it.for(Object.keys(unplacedCases))('has no kernel for %s', (title, { skip }) => {
    if (run.missing !== null) skip(run.missing);
    const result = run.results.find((each) => each.title === title);
    expect(result?.failure).toContain('fallback to CPU EP has been explicitly disabled');
  });
});
