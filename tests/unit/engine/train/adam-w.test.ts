import { describe, expect, it } from 'vitest';
import { createMoments, stepAdamW, stepAdamWRows } from '../../../../src/engine/index.ts';

const options = { learningRate: 0.1, weightDecay: 0.05 };

describe('stepAdamW', () => {
  it('moves by the learning rate at the first step, against the sign of the gradient', () => {
    const parameter = Float32Array.of(1, 1, 1);
    stepAdamW(
      { parameter, moments: createMoments(3), step: 1, options: { learningRate: 0.1, weightDecay: 0 } },
      Float32Array.of(3, -0.02, 0),
    );
    expect(Array.from(parameter, (value) => Number(value.toFixed(5)))).toEqual([0.9, 1.1, 1]);
  });

  it('decays weights without a gradient', () => {
    const parameter = Float32Array.of(2);
    stepAdamW({ parameter, moments: createMoments(1), step: 1, options }, Float32Array.of(0));
    expect(parameter[0]).toBeCloseTo(2 * (1 - 0.1 * 0.05), 6);
  });
});

describe('stepAdamWRows', () => {
  it('steps the given rows as the dense form does and leaves the others', () => {
    const dense = Float32Array.of(1, 2, 3, 4, 5, 6);
    const sparse = dense.slice();
    const [denseMoments, sparseMoments] = [createMoments(6), createMoments(6)];
    for (const step of [1, 2]) {
      stepAdamW({ parameter: dense, moments: denseMoments, step, options }, Float32Array.of(0.5, -1, 0, 0, 2, 0.1));
      const rows = { rows: Int32Array.of(2, 0), values: Float32Array.of(2, 0.1, 0.5, -1) };
      stepAdamWRows({ parameter: sparse, moments: sparseMoments, step, options }, rows);
    }
    expect([...sparse.subarray(0, 2), ...sparse.subarray(4)]).toEqual([...dense.subarray(0, 2), ...dense.subarray(4)]);
    expect([...sparse.subarray(2, 4)]).toEqual([3, 4]);
  });

  it('does nothing for no rows', () => {
    const parameter = Float32Array.of(1, 2);
    const empty = { rows: new Int32Array(), values: new Float32Array() };
    stepAdamWRows({ parameter, moments: createMoments(2), step: 1, options }, empty);
    expect([...parameter]).toEqual([1, 2]);
  });
});
