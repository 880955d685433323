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
import type { Runtime } from '../../src/engine/index.ts';

const ROWS = 10;
const WIDTH = 16;
const TOKENS = 4096;

/** Gradient of a look-up of 4,096 tokens in a table of ten rows, and what plain addition gives. */
export async function embeddingGradient(
  runtime: Runtime,
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
  const { model } = toOnnx(graph, { outputs: { gradient }, sizes: { N: TOKENS } });
  await using session = await runtime.load(model);
  const results = await session.run({
    ids: tensor(ids),
    slopes: tensor(slopes, [TOKENS, WIDTH]),
    table: tensor(new Float32Array(ROWS * WIDTH), [ROWS, WIDTH]),
  });
  return { actual: float32Data(results['gradient'] ?? tensor(new Float32Array())), expected };
}
