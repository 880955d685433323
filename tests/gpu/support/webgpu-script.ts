import { add, createGraph, tensor, toOnnx } from '../../../src/engine/index.ts';
import { createTestRuntime } from '../../support/runtime.ts';
import type { End } from './run-on-webgpu.ts';

/** The body of a script for `runOnWebGpu`: sends what the work yields, or says that there is no adapter. */
export async function serveWebGpu(work: () => AsyncIterable<unknown>): Promise<never> {
  const reason = await findRefusal();
  if (reason === null) for await (const result of work()) await send({ result });
  const end: End = reason === null ? { type: 'done' } : { type: 'no_adapter', reason };
  await send({ end });
  // Dawn's own threads would keep the process.
  process.exit(0);
}

async function findRefusal(): Promise<string | null> {
  const graph = createGraph();
  const x = graph.input('x', 'float32', [1]);
  try {
    await using session = await createTestRuntime({ device: 'webgpu' }).load(
      toOnnx(graph, { outputs: { y: add(x, 1) } }).model,
    );
    const { y } = await session.run({ x: tensor(Float32Array.of(1)) });
    return y?.data[0] === 2 ? null : `1 + 1 gave ${String(y?.data[0])}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function send(message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}
