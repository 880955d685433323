import { env, InferenceSession } from 'onnxruntime-node';
import type { Runtime, Session } from '../../../src/engine/index.ts';
import { defaultThreads } from './default-threads.ts';
import { loadDeviceState } from './device-state.ts';
import { fromOnnxTensors, toOnnxTensors } from './onnx-tensors.ts';

export type Device = Runtime['device'];

export interface RuntimeOptions {
  readonly device: Device;
  /** Threads inside one operator. Results repeat bit for bit only at one and the same number. */
  readonly threads?: number;
  /** Refuses to load a graph with a node that the device has no kernel for, which else runs on the CPU. */
  readonly isWhole?: boolean;
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

/**
 * `run` and `load` block this process until they are done, promise or not; long ones belong in the device process.
 * A session's `run` yields to the message loop first. Rejects when the device is not there: providers do not fall back.
 */
export function createOnnxRuntime({
  device,
  threads = defaultThreads(),
  isWhole = false,
}: RuntimeOptions): OnnxRuntime {
  const options: InferenceSession.SessionOptions = {
    // ['cuda', 'cpu'] would throw when CUDA cannot start and says nothing of nodes it does place on the CPU.
    executionProviders: [device],
    graphOptimizationLevel: OPTIMIZATION_LEVEL,
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: WARNINGS_AND_WORSE,
    // Spinning threads take the core that the API process and other tenants of the host need.
    extra: { session: { intra_op: { allow_spinning: '0' }, disable_cpu_ep_fallback: isWhole ? '1' : '0' } },
  };
  return {
    device,
    implementation: `onnxruntime-node ${env.versions.node ?? 'unknown'}`,
    threads,
    optimizationLevel: OPTIMIZATION_LEVEL,
    load: async (model) => toSession(await InferenceSession.create(model, options)),
    ...(device === 'webgpu' ? { loadStateful: (model, slots) => loadDeviceState(model, slots, options) } : {}),
    loadFile: async (path) => toSession(await InferenceSession.create(path, options)),
  };
}

function toSession(session: InferenceSession): Session {
  return {
    async run(feeds) {
      return fromOnnxTensors(await session.run(toOnnxTensors(feeds)));
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}
