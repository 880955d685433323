import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHostMemory, createRandom } from '../../../../src/engine/index.ts';
import { erf } from '../../../../src/engine/host/error-function.ts';
import { gelu } from '../../../../src/engine/host/gelu.ts';

const memory = createHostMemory(8 * 1024 * 1024);
if (!memory) throw new Error('this platform compiles no WebAssembly');
const { buffer, kernel } = memory;

function place(values: readonly number[]): { readonly address: number; readonly array: Float32Array } {
  const address = memory?.allocate(Math.max(1, values.length) * 4) ?? 0;
  const array = new Float32Array(buffer, address, values.length);
  array.set(values);
  return { address, array };
}

/** The sizes and a seed, not thousands of numbers, are fast-check's: what fails is shrunk in its sizes. */
const products = fc
  .record({ inner: fc.integer({ min: 1, max: 40 }), columns: fc.integer({ min: 1, max: 150 }), seed: fc.nat() })
  .map(({ inner, columns, seed }) => {
    const random = createRandom(seed);
    const between = (length: number, most: number): number[] =>
      Array.from({ length }, () => random.integer(2 * most + 1) - most);
    const quarters = (length: number): number[] => between(length, 8).map((value) => value / 4);
    const entries = inner * columns;
    return { inner, columns, left: quarters(inner), right: quarters(entries), bytes: between(entries, 127) };
  });

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

test('a row times a matrix of bytes gives what a plain loop gives, and writes nothing else', () => {
  fc.assert(
    fc.property(products, ({ inner, columns, left, bytes }) => {
      const [x, out] = [place(left), place(Array.from({ length: columns + 4 }, () => 77))];
      const address = memory.allocate(bytes.length) ?? 0;
      new Int8Array(buffer, address, bytes.length).set(bytes);
      kernel.multiplyRowBytes(x.address, address, out.address, inner, columns);
      const expected = Array.from({ length: columns }, (_, c) =>
        left.reduce((sum, value, k) => sum + value * (bytes[k * columns + c] ?? 0), 0),
      );
      expect([...out.array]).toEqual([...expected, 77, 77, 77, 77]);
      for (const taken of [x.address, address, out.address]) memory.release(taken);
    }),
    { numRuns: 150 },
  );
});

test.each([
  ['add', (a: number, b: number) => a + b],
  ['subtract', (a: number, b: number) => a - b],
  ['multiply', (a: number, b: number) => a * b],
  ['divide', (a: number, b: number) => a / b],
] as const)('%s gives the bits of a plain loop, and writes nothing else', (name, apply) => {
  const pairs = fc.array(fc.tuple(fc.float({ noNaN: true }), fc.float({ noNaN: true })), { maxLength: 30 });
  fc.assert(
    fc.property(pairs, (made) => {
      const [a, b] = [place(made.map(([first]) => first)), place(made.map(([, second]) => second))];
      const out = place([...made.map(() => 0), 77]);
      kernel[name](a.address, b.address, out.address, made.length);
      expect(out.array).toEqual(Float32Array.from([...made.map(([first, second]) => apply(first, second)), 77]));
      for (const { address } of [a, b, out]) memory.release(address);
    }),
    { numRuns: 100 },
  );
});

test('the fast gelu is x times the share of the normal distribution below it', () => {
  fc.assert(
    fc.property(fc.double({ min: -12, max: 12, noNaN: true }), (x) => {
      expect(Math.abs(gelu(x) - 0.5 * x * (1 + erf(x * Math.SQRT1_2)))).toBeLessThan(2e-8);
    }),
    { numRuns: 500 },
  );
  expect(gelu(Number.NaN)).toBeNaN();
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
