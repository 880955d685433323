import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import { cast, createGraph, toOnnx } from '../../../src/engine/index.ts';
import type { Runtime } from '../../../src/engine/index.ts';
import { createPredictor, readAdapter, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { Adapter } from '../../../src/levi/index.ts';
import { createTestRuntime } from '../../support/runtime.ts';
import { runToEnd, syntheticInput, syntheticRows } from '../../unit/levi/synthetic-task.ts';
import { serveWebGpu } from './webgpu-script.ts';

/** One job of LEVI, trained on WebGPU. */
export interface LeviResult {
  readonly method: string;
  readonly accuracy: number;
  /** Largest difference between the probabilities that the CPU and WebGPU serve. */
  readonly servedDistance: number;
  /** What the job's runtime says to a graph of which a node would fall back to the CPU; null if it loads. */
  readonly refusal: string | null;
}

const fresh = syntheticRows(60, 11);
// Every graph of the job, training and serving, must be placed on the device as a whole.
const webgpu = createOnnxRuntime({ device: 'webgpu', threads: 1, isWhole: true });

async function probabilitiesOn(runtime: Runtime, adapter: Adapter): Promise<Float32Array> {
  await using predictor = await createPredictor(runtime, adapter.architecture.spec);
  const texts = fresh.records.map(({ text }) => text);
  return (await predictor.run(adapter, { features: fresh.features, texts })).answers.data;
}

/** The share of rows whose largest probability is that of their label. */
function accuracyOf(probabilities: Float32Array, labels: readonly string[]): number {
  const right = fresh.records.filter(({ label }, row) => {
    const own = probabilities.subarray(row * labels.length, (row + 1) * labels.length);
    return labels[own.indexOf(Math.max(...own))] === label;
  });
  return right.length / fresh.records.length;
}

async function refusalOfFallback(): Promise<string | null> {
  const graph = createGraph();
  const y = cast(graph.input('x', 'int64', [4]), 'float32');
  try {
    await using _ = await webgpu.load(toOnnx(graph, { outputs: { y } }).model);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function* train(): AsyncGenerator<LeviResult> {
  const config = resolveLeviConfig({
    levi: { width: 8, method: 'levi' },
    hyperparameters: { n_epochs: 4, batch_size: 32, learning_rate_multiplier: 10 },
  });
  const { result } = await runToEnd(syntheticInput({ runtime: webgpu, config }));
  const adapter = readAdapter(result.adapter);
  const there = await probabilitiesOn(webgpu, adapter);
  const here = await probabilitiesOn(createTestRuntime(), adapter);
  const distances = Array.from(here, (probability, index) => Math.abs(probability - (there[index] ?? Infinity)));
  yield {
    method: adapter.architecture.spec.method,
    accuracy: accuracyOf(here, adapter.labels),
    servedDistance: Math.max(...distances),
    refusal: await refusalOfFallback(),
  };
}

await serveWebGpu(train);
