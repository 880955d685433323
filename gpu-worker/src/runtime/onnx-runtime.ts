import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import type { Runtime, Session, Tensor } from '../../../src/engine/index.ts';

export type Device = Runtime['device'];

export interface RuntimeOptions {
  readonly device: Device;
  /** Threads inside one operator. Results repeat bit for bit only at one and the same number. */
  readonly threads?: number;
}

/** The engine's runtime over onnxruntime-node, which also opens model files whose weights lie beside them. */
export interface OnnxRuntime extends Runtime {
  readonly threads: number;
  readonly optimizationLevel: 'all';
  loadFile(path: string): Promise<Session>;
}

// Changing the level changes the bits of every result, so it is pinned and reported rather than configured.
const OPTIMIZATION_LEVEL = 'all';
const WARNINGS_AND_WORSE = 3;

export const defaultThreads = (): number => Math.max(1, availableParallelism());

/**
 * `run` and `load` block this process until they are done, promise or not; long ones belong in the device process.
 * A session's `run` yields to the message loop first. Rejects when the device is not there: providers do not fall back.
 */
export function createOnnxRuntime({ device, threads = defaultThreads() }: RuntimeOptions): OnnxRuntime {
  const options: InferenceSession.SessionOptions = {
    // ['cuda', 'cpu'] would throw when CUDA cannot start and says nothing of nodes it does place on the CPU.
    executionProviders: [device],
    graphOptimizationLevel: OPTIMIZATION_LEVEL,
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: WARNINGS_AND_WORSE,
    // Spinning threads take the core that the API process and other tenants of the host need.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  return {
    device,
    threads,
    optimizationLevel: OPTIMIZATION_LEVEL,
    load: async (model) => toSession(await InferenceSession.create(model, options)),
    loadFile: async (path) => toSession(await InferenceSession.create(path, options)),
  };
}

function toSession(session: InferenceSession): Session {
  return {
    async run(feeds) {
      const inputs = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, toOnnxTensor(value)]));
      const outputs = await session.run(inputs);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => {
          if (!(value instanceof OnnxTensor)) throw new Error(`internal: output ${name} is not a tensor`);
          return [name, toTensor(name, value)];
        }),
      );
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

// No fp16 here: onnxruntime-node 1.30 misreads a Float16Array's length on Node 23 and later
// (microsoft/onnxruntime#32323), so half floats stay in caches and are widened before they are fed.
function toOnnxTensor({ dtype, data, dims }: Tensor): OnnxTensor {
  return new OnnxTensor(dtype, data, dims);
}

function toTensor(name: string, { type, data, dims }: OnnxTensor): Tensor {
  if (type === 'float32' && data instanceof Float32Array) return { dtype: type, data, dims };
  if (type === 'int32' && data instanceof Int32Array) return { dtype: type, data, dims };
  if (type === 'int64' && data instanceof BigInt64Array) return { dtype: type, data, dims };
  if (type === 'bool' && data instanceof Uint8Array) return { dtype: type, data, dims };
  throw new Error(`internal: output ${name} has the type ${type}, which the engine does not use`);
}
