import type { Tensor } from './tensor.ts';

/** A loaded graph. Feeds and answers go by the names of the graph's inputs and outputs. */
export interface Session extends AsyncDisposable {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

/** What runs ONNX graphs; the engine itself loads no native module. */
export interface Runtime {
  readonly device: 'cpu' | 'webgpu' | 'cuda';
  load(model: Uint8Array): Promise<Session>;
}
