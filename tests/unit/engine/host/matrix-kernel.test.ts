import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHostMemory } from '../../../../src/engine/index.ts';

const memory = createHostMemory(8 * 1024 * 1024);
if (!memory) throw new Error('this platform compiles no WebAssembly');
const { buffer, kernel } = memory;

function place(values: readonly number[]): { readonly address: number; readonly array: Float32Array } {
  const address = memory?.allocate(Math.max(1, values.length) * 4) ?? 0;
  const array = new Float32Array(buffer, address, values.length);
  array.set(values);
  return { address, array };
}

const numbers = (length: number) =>
  fc.array(
    fc.integer({ min: -8, max: 8 }).map((value) => value / 4),
    { minLength: length, maxLength: length },
  );
const products = fc
  .record({ inner: fc.integer({ min: 1, max: 40 }), columns: fc.integer({ min: 1, max: 150 }) })
  .chain(({ inner, columns }) =>
    fc.record({
      inner: fc.constant(inner),
      columns: fc.constant(columns),
      left: numbers(inner),
      right: numbers(inner * columns),
    }),
  );

describe('a row times a matrix in WebAssembly', () => {
  test.each([
    ['as it lies', 'multiplyRow', (k: number, c: number, _inner: number, columns: number) => k * columns + c],
    ['transposed', 'multiplyTransposed', (k: number, c: number, inner: number) => c * inner + k],
  ] as const)('%s gives what a plain loop gives, and writes nothing else', (_name, name, indexOf) => {
    fc.assert(
      fc.property(products, ({ inner, columns, left, right }) => {
        const [x, w, out] = [place(left), place(right), place(Array.from({ length: columns + 4 }, () => 77))];
        kernel[name](x.address, w.address, out.address, inner, columns);
        // Quarters of small numbers add up without rounding.
        const expected = Array.from({ length: columns }, (_, c) =>
          left.reduce((sum, value, k) => sum + value * (right[indexOf(k, c, inner, columns)] ?? 0), 0),
        );
        expect([...out.array]).toEqual([...expected, 77, 77, 77, 77]);
        for (const { address } of [x, w, out]) memory.release(address);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the memory of the host', () => {
  test('gives no byte to two at a time, and takes back what is released', () => {
    const steps = fc.array(fc.record({ size: fc.integer({ min: 1, max: 400_000 }), releases: fc.boolean() }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (made) => {
        const own = createHostMemory(2_000_000);
        if (!own) throw new Error('no memory');
        const held: { address: number; size: number }[] = [];
        for (const { size, releases } of made) {
          const address = own.allocate(size);
          if (address !== null) {
            expect(address).toBeGreaterThanOrEqual(own.scratchBytes);
            expect(address + size).toBeLessThanOrEqual(own.buffer.byteLength);
            expect(
              held.every((other) => address >= other.address + other.size || other.address >= address + size),
            ).toBe(true);
            held.push({ address, size });
          }
          const gone = releases ? held.shift() : undefined;
          if (gone) own.release(gone.address);
        }
        for (const { address } of held) own.release(address);
        expect(own.allocatedBytes).toBe(0);
        expect(own.allocate(1_900_000)).not.toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  test('refuses to release what was not given', () => {
    expect(() => memory.release(123)).toThrow('nothing was allocated');
  });
});
