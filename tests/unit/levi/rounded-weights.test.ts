import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileForHost, createHostMemory, createGraph, cast, matmul, mul, tensor } from '../../../src/engine/index.ts';
import { roundWeights, widenWeights } from '../../../src/levi/model/rounded-weights.ts';

const weights = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 70 }))
  .chain(([layers, rows, columns]) =>
    fc.record({
      dims: fc.constant([layers, rows, columns] as const),
      values: fc
        .array(fc.float({ noNaN: true, min: -4, max: 4 }), {
          minLength: layers * rows * columns,
          maxLength: layers * rows * columns,
        })
        .map((values) => Float32Array.from(values)),
    }),
  );

test('no weight moves by more than half a step of its column, and the largest stays', () => {
  fc.assert(
    fc.property(weights, ({ dims, values }) => {
      const [, rows, columns] = dims;
      const rounded = roundWeights(values, dims);
      const { data } = widenWeights(rounded);
      for (const [place, value] of values.entries()) {
        const column = Math.floor(place / (rows * columns)) * columns + (place % columns);
        const step = rounded.scales.data[column] ?? NaN;
        expect(Math.abs(Number(data[place]) - value)).toBeLessThanOrEqual(0.5 * step * (1 + 1e-5) + 1e-38);
        expect(Math.abs(rounded.steps.data[place] ?? NaN)).toBeLessThanOrEqual(127);
      }
    }),
    { numRuns: 60 },
  );
});

test('rounded once more they stay as they are', () => {
  fc.assert(
    fc.property(weights, ({ dims, values }) => {
      const once = roundWeights(values, dims);
      const floats = widenWeights(once).data as Float32Array;
      expect(roundWeights(floats, dims).steps.data).toEqual(once.steps.data);
    }),
    { numRuns: 40 },
  );
});

test('a row times bytes on the host is the product in double precision, to the rounding of single', () => {
  const memory = createHostMemory(4_000_000);
  if (!memory) throw new Error('this platform compiles no WebAssembly');
  fc.assert(
    fc.property(weights, fc.integer(), ({ dims, values }, seed) => {
      const [layers, rows, columns] = dims;
      const { steps, scales } = roundWeights(values, dims);
      const row = Float32Array.from({ length: layers * rows }, (_, index) => Math.sin(seed + index * 1.7));
      const graph = createGraph();
      const product = matmul(
        graph.input('row', 'float32', [layers, 1, rows]),
        cast(graph.input('steps', 'int8', dims), 'float32'),
      );
      graph.output('product', mul(product, graph.input('scales', 'float32', [layers, 1, columns])));
      const program = compileForHost(graph, { sizes: {}, memory });
      const found = program?.run({ row: tensor(row, [layers, 1, rows]), steps, scales })['product']?.data ?? [];
      for (let layer = 0; layer < layers; layer++) {
        for (let column = 0; column < columns; column++) {
          let [expected, size] = [0, 0];
          for (let k = 0; k < rows; k++) {
            const each = (row[layer * rows + k] ?? 0) * (steps.data[(layer * rows + k) * columns + column] ?? 0);
            expected += each;
            size += Math.abs(each);
          }
          const scale = scales.data[layer * columns + column] ?? NaN;
          const difference = Math.abs(Number(found[layer * columns + column]) - expected * scale);
          expect(difference).toBeLessThanOrEqual(size * scale * rows * 2 ** -23 + 1e-37);
        }
      }
    }),
    { numRuns: 100 },
  );
});
