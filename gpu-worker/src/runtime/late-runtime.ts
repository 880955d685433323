import type { Runtime } from '../../../src/engine/index.ts';

const load = () => import('./onnx-runtime.ts');

/**
 * onnxruntime in the API process, whose native code is loaded with the first graph or after `warmUpMs`: the first answer does not need it, as a
 * single row's adapters are computed without.
 */
export function createLateRuntime(
  options: { readonly device: 'cpu'; readonly threads: number },
  { warmUpMs }: { readonly warmUpMs: number },
): Runtime {
  setTimeout(() => void load(), warmUpMs).unref();
  return {
    device: options.device,
    implementation: 'onnxruntime-node',
    load: async (model) => (await load()).createOnnxRuntime(options).load(model),
  };
}
