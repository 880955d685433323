import { createTrainer, toOnnx } from '../../../src/engine/index.ts';
import type { Runtime } from '../../../src/engine/index.ts';
import { largestError, toFeeds, toReferenceArray } from '../../numeric/check-operator.ts';
import { embeddingGradient } from '../../numeric/embedding-gradient.ts';
import { encoderCase } from '../../numeric/encoder-case.ts';
import { buildGoldenModel, goldenFeeds, goldenParameters } from '../../numeric/levi-step-model.ts';
import { createTestRuntime } from '../../support/runtime.ts';
import { largestDistance } from '../../support/small-network.ts';
import { serveWebGpu } from './webgpu-script.ts';

/** Largest error of a whole graph's gradients against the CPU, relative to the larger of 1 and the expected number. */
export interface ComposedResult {
  readonly title: string;
  readonly againstCpu: number;
}

const cpu = createTestRuntime();
/** Refuses graphs with a node that has no kernel there. */
const webgpu = createTestRuntime({ device: 'webgpu', isWhole: true });

/** Embeddings, attention and normalisation. */
async function encoderGradients(runtime: Runtime) {
  const built = encoderCase();
  const outputs = Object.fromEntries(built.gradients.map((value, index) => [`y${index}`, value]));
  const { model, inputs } = toOnnx(built.graph, { outputs, sizes: { B: 2, S: 3 } });
  await using session = await runtime.load(model);
  const results = await session.run(toFeeds(built.graph, built.feeds, inputs));
  return Object.keys(outputs).map((name) => {
    const result = results[name];
    if (result === undefined) throw new Error(`no output ${name}`);
    return toReferenceArray(result);
  });
}

async function compareEncoders(): Promise<number> {
  const expected = await encoderGradients(cpu);
  const actual = await encoderGradients(webgpu);
  return Math.max(
    ...expected.map((array, index) => largestError(actual[index] ?? { dims: [], data: array.data }, array)),
  );
}

async function compareEmbeddings(): Promise<number> {
  const [expected, actual] = [await embeddingGradient(cpu), await embeddingGradient(webgpu)];
  return largestDistance({ table: actual.actual }, { table: expected.actual });
}

/** Loss and gradients of one step of LEVI; those on the CPU are PyTorch's. */
async function leviGradients(runtime: Runtime) {
  const { loss } = buildGoldenModel();
  await using trainer = await createTrainer({
    runtime,
    loss,
    parameters: goldenParameters(),
    optimizer: { learningRate: 0.01 },
  });
  const result = await trainer.gradientsOf(goldenFeeds());
  return { ...result.gradients, loss: Float32Array.of(result.loss) };
}

async function* compareComposed(): AsyncGenerator<ComposedResult> {
  yield { title: 'a block of an encoder', againstCpu: await compareEncoders() };
  yield { title: 'an embedding table with repeated indices', againstCpu: await compareEmbeddings() };
  yield {
    title: 'the golden step of LEVI',
    againstCpu: largestDistance(await leviGradients(webgpu), await leviGradients(cpu)),
  };
}

await serveWebGpu(compareComposed);
