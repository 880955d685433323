import { createGraph, toOnnx } from '../../../src/engine/index.ts';
import type { Graph, Runtime, Value } from '../../../src/engine/index.ts';
import { buildCase, largestError, toFeeds, toReferenceArray } from '../../numeric/check-operator.ts';
import type { BuiltCase } from '../../numeric/check-operator.ts';
import type { CaseInput } from '../../numeric/operator-case.ts';
import { evaluateReference } from '../../numeric/reference.ts';
import type { ReferenceArray } from '../../numeric/reference-array.ts';
import { createTestRuntime } from '../../support/runtime.ts';
import { deviceCases } from './device-cases.ts';
import { unplacedCases } from './unplaced-cases.ts';
import { serveWebGpu } from './webgpu-script.ts';

/** How one case went, forward or backward. Errors are relative to the larger of 1 and the expected number. */
export interface OperatorResult {
  readonly title: string;
  readonly againstCpu: number;
  readonly againstReference: number;
  /** Why it did not run. */
  readonly failure: string | null;
}

interface Measured {
  readonly built: BuiltCase;
  readonly values: readonly Value[];
  readonly sizes: Readonly<Record<string, number>>;
}

const cpu = createTestRuntime();
const webgpu = createTestRuntime({ device: 'webgpu', isWhole: true });

/** The numbers of a case's symbols: WebGPU has no kernels for reading sizes, so they are given when lowering. */
function sizesOf(inputs: readonly CaseInput[]): Readonly<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const { shape, dims } of inputs) {
    for (const [axis, dimension] of shape.entries()) {
      if (typeof dimension === 'string') sizes[dimension] = dims[axis] ?? 0;
    }
  }
  return sizes;
}

async function run(runtime: Runtime, { built, values, sizes }: Measured): Promise<readonly ReferenceArray[]> {
  const outputs = Object.fromEntries(values.map((value, index) => [`y${index}`, value]));
  const { model, inputs } = toOnnx(built.graph, { outputs, sizes });
  await using session = await runtime.load(model);
  const results = await session.run(toFeeds(built.graph, built.feeds, inputs));
  return values.map((_, index) => {
    const result = results[`y${index}`];
    if (result === undefined) throw new Error(`no output y${index}`);
    return toReferenceArray(result);
  });
}

async function measure(title: string, measured: Measured): Promise<OperatorResult> {
  const { built, values } = measured;
  const distance = (actual: readonly ReferenceArray[], expected: readonly ReferenceArray[]): number =>
    Math.max(
      0,
      ...expected.map((array, index) => largestError(actual[index] ?? { dims: [-1], data: array.data }, array)),
    );
  try {
    const actual = await run(webgpu, measured);
    const againstReference = distance(actual, evaluateReference(built.graph, values, built.feeds));
    return { title, againstCpu: distance(actual, await run(cpu, measured)), againstReference, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { title, againstCpu: Infinity, againstReference: Infinity, failure };
  }
}

async function* measureCases(): AsyncGenerator<OperatorResult> {
  for (const [name, each] of deviceCases) {
    const built = buildCase(each);
    const sizes = sizesOf(each.inputs);
    yield await measure(`${name}: forward`, { built, values: [built.output], sizes });
    yield await measure(`${name}: backward`, { built, values: built.gradients, sizes });
  }
}

/** The error of loading what has no kernel; null if it loads. */
async function refusalOf(build: (graph: Graph) => Value): Promise<string | null> {
  const graph = createGraph();
  const y = build(graph);
  try {
    await using _ = await webgpu.load(toOnnx(graph, { outputs: { y } }).model);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function* measureEverything(): AsyncGenerator<OperatorResult> {
  yield* measureCases();
  for (const [title, build] of Object.entries(unplacedCases)) {
    yield { title, againstCpu: Infinity, againstReference: Infinity, failure: await refusalOf(build) };
  }
}

await serveWebGpu(measureEverything);
