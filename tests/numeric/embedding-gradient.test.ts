import { describe, expect, it } from 'vitest';
import { createTestRuntime } from '../support/runtime.ts';
import { embeddingGradient } from './embedding-gradient.ts';

describe('the gradient of an embedding table', () => {
  // ScatterND with reduction=add loses a fifth of these updates at 8 threads. The slopes are whole, so sums are exact.
  it.each([1, 2, 8])('loses no update of a repeated index with %i threads', async (threads) => {
    for (let run = 0; run < 5; run += 1) {
      const { actual, expected } = await embeddingGradient(createTestRuntime({ intraOpNumThreads: threads }));
      expect(Array.from(actual)).toEqual(Array.from(expected));
    }
  });
});
