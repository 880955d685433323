import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMoments, stepAdamW } from '../../../../src/engine/index.ts';
import { createAdamWMemory } from '../../../../src/engine/train/adam-w-kernel.ts';
import { stepFactors } from '../../../../src/engine/train/adam-w.ts';

const floats = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

it('gives the bits of stepAdamW, for even and odd numbers of parameters', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(floats, floats), { maxLength: 9 }),
      fc.integer({ min: 1, max: 4 }),
      (pairs, steps) => {
        const options = { learningRate: 0.1, weightDecay: 0.05 };
        const gradient = Float32Array.from(pairs, ([, slope]) => slope);
        const parameter = Float32Array.from(pairs, ([first]) => first);
        const moments = createMoments(pairs.length);
        const memory = createAdamWMemory([3, pairs.length, pairs.length, pairs.length]);
        if (memory === null) throw new Error('no WebAssembly');
        const neighbour = memory.allocate(3).fill(7);
        const arrays = {
          parameter: memory.allocate(pairs.length),
          first: memory.allocate(pairs.length),
          second: memory.allocate(pairs.length),
        };
        arrays.parameter.set(parameter);
        for (let step = 1; step <= steps; step += 1) {
          stepAdamW({ parameter, moments, step, options }, gradient);
          memory.step(arrays, gradient, stepFactors(options, step));
        }
        expect(arrays).toEqual({ parameter, ...moments });
        expect([...neighbour]).toEqual([7, 7, 7]);
      },
    ),
  );
});

it('has room for millions of parameters', () => {
  const memory = createAdamWMemory([2 ** 21]);
  const parameter = memory?.allocate(2 ** 21);
  expect(parameter?.length).toBe(2 ** 21);
  expect(parameter?.at(-1)).toBe(0);
});
