import { describe, expect, it } from 'vitest';
import {
  createGraph,
  createRandom,
  float32Data,
  gather,
  gradients,
  mul,
  reduceSum,
  tensor,
  toOnnx,
} from '../../src/engine/index.ts';
import { createTestRuntime } from '../support/runtime.ts';

const ROWS = 10;
const WIDTH = 16;
const TOKENS = 4096;

/** Gradient of a look-up of 4,096 tokens in a table of ten rows, and what plain addition gives. */
async function embeddingGradient(
  threads: number,
): Promise<{ readonly actual: Float32Array; readonly expected: Float64Array }> {
  const random = createRandom(7);
  const ids = Int32Array.from({ length: TOKENS }, () => random.integer(ROWS));
  const slopes = Float32Array.from({ length: TOKENS * WIDTH }, () => random.integer(64) - 32);
  const expected = new Float64Array(ROWS * WIDTH);
  for (const [token, row] of ids.entries()) {
    for (let column = 0; column < WIDTH; column += 1) {
      const position = row * WIDTH + column;
      expected[position] = (expected[position] ?? 0) + (slopes[token * WIDTH + column] ?? 0);
    }
  }
  const graph = createGraph();
  const table = graph.parameter('table', [ROWS, WIDTH]);
  const looked = gather(table, graph.input('ids', 'int32', ['N']));
  const loss = reduceSum(mul(looked, graph.input('slopes', 'float32', ['N', WIDTH])));
  const [gradient = loss] = gradients(loss, [table]);
  const { model } = toOnnx(graph, { outputs: { gradient } });
  await using session = await createTestRuntime({ intraOpNumThreads: threads }).load(model);
  const results = await session.run({
    ids: tensor(ids),
    slopes: tensor(slopes, [TOKENS, WIDTH]),
    table: tensor(new Float32Array(ROWS * WIDTH), [ROWS, WIDTH]),
  });
  return { actual: float32Data(results['gradient'] ?? tensor(new Float32Array())), expected };
}

describe('the gradient of an embedding table', () => {
  // ScatterND with reduction=add loses a fifth of these updates at 8 threads. The slopes are whole, so sums are exact.
  it.each([1, 2, 8])('loses no update of a repeated index with %i threads', async (threads) => {
    for (let run = 0; run < 5; run += 1) {
      const { actual, expected } = await embeddingGradient(threads);
      expect(Array.from(actual)).toEqual(Array.from(expected));
    }
  });
});
