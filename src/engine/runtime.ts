import type { Tensor } from './tensor.ts';

/** A loaded graph. Feeds and answers go by the names of the graph's inputs and outputs. */
export interface Session extends AsyncDisposable {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

/** A tensor that every run reads under one name and makes anew under another. */
export interface StateSlot {
  readonly input: string;
  readonly output: string;
  readonly initial: Tensor;
}

/** A session whose state stays where it computes. Runs are fed the other inputs and give the other outputs. */
export interface StatefulSession extends Session {
  /** The state that the last run made takes the place of the one it read; without this, every run reads the same. */
  advance(): void;
  /** Copies, by the names of the inputs. */
  readState(): Promise<Readonly<Record<string, Tensor>>>;
  /** Takes the tensors over; names as above, all of them. */
  writeState(state: Readonly<Record<string, Tensor>>): void;
}

/** What runs ONNX graphs; the engine itself loads no native module. */
export interface Runtime {
  readonly device: 'cpu' | 'webgpu' | 'cuda';
  /** What computes and its version, as in `onnxruntime-node 1.30.0`: another one may round otherwise. */
  readonly implementation: string;
  load(model: Uint8Array): Promise<Session>;
  /** Where the device has memory of its own; without it the engine carries the state through the host. */
  readonly loadStateful?: (model: Uint8Array, slots: readonly StateSlot[]) => Promise<StatefulSession>;
}
