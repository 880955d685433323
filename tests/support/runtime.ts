import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import type { DType, Runtime, Session, Tensor } from '../../src/engine/index.ts';

interface TestRuntimeOptions {
  readonly device?: Runtime['device'];
  readonly intraOpNumThreads?: number;
  /** Refuses to load a graph with a node that the device has no kernel for. */
  readonly isWhole?: boolean;
}

/** The engine's runtime, for tests; on the CPU unless told otherwise. WebGPU belongs in a process of its own: see tests/gpu. */
export function createTestRuntime(settings: TestRuntimeOptions = {}): Runtime {
  const { device = 'cpu', intraOpNumThreads = 1, isWhole = false } = settings;
  const options: InferenceSession.SessionOptions = {
    executionProviders: [device],
    graphOptimizationLevel: 'all',
    intraOpNumThreads,
    interOpNumThreads: 1,
    extra: { session: { disable_cpu_ep_fallback: isWhole ? '1' : '0' } },
  };
  return {
    device,
    implementation: 'onnxruntime-node of the tests',
    load: async (model) => toSession(await InferenceSession.create(model, options)),
  };
}

function toSession(session: InferenceSession): Session {
  return {
    run: async (feeds) => {
      const inputs = Object.entries(feeds).map(([name, { dtype, data, dims }]) => [
        name,
        new OnnxTensor(dtype, data, dims),
      ]);
      const outputs = await session.run(Object.fromEntries(inputs));
      return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, toTensor(name, value)]));
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

const arrays = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array } as const;

function toTensor(name: string, value: InferenceSession.OnnxValueMapType[string]): Tensor {
  if (!(value instanceof OnnxTensor)) throw new Error(`output ${name} is not a tensor`);
  const { type, data, dims } = value;
  for (const [dtype, array] of Object.entries(arrays)) {
    // The entries' keys are those of `arrays`, which are the engine's types.
    if (type === dtype && data instanceof array) return { dtype: dtype as DType, data, dims };
  }
  throw new Error(`output ${name} has the type ${type}, which the engine does not have`);
}
