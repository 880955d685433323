import { expect, it } from 'vitest';
import type { LeviResult } from './support/levi-results.ts';
import { runOnWebGpu } from './support/run-on-webgpu.ts';

it('an adapter trained on WebGPU answers on the CPU as it does there', async ({ skip }) => {
  const { results, missing } = await runOnWebGpu<LeviResult>('./levi-results.ts');
  if (missing !== null) skip(missing);
  const [result] = results;
  expect(result?.method).toBe('levi');
  expect(result?.accuracy).toBeGreaterThan(0.6);
  expect(result?.servedDistance).toBeLessThan(1e-4);
  // So no graph of the job had a node on the CPU.
  expect(result?.refusal).toContain('fallback to CPU EP has been explicitly disabled');
});
