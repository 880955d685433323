import { InferenceSession } from 'onnxruntime-node';
import type { Tensor as OnnxTensor } from 'onnxruntime-node';
import type { StatefulSession, StateSlot, Tensor } from '../../../src/engine/index.ts';
import { buildGraph, buildModel, buildNode, buildValueInfo } from '../../../src/engine/onnx/build.ts';
import { encodeModel } from '../../../src/engine/onnx/encode-model.ts';
import { onnxDataType } from '../../../src/engine/onnx/types.ts';
import { fromOnnxTensors, toOnnxTensors } from './onnx-tensors.ts';

type OnnxTensors = Readonly<Record<string, OnnxTensor>>;

/** A session whose state stays in the memory of the GPU from run to run. Only WebGPU's tensors can: the binding copies CUDA's. */
export async function loadDeviceState(
  model: Uint8Array,
  slots: readonly StateSlot[],
  options: InferenceSession.SessionOptions,
): Promise<StatefulSession> {
  const preferredOutputLocation = Object.fromEntries(slots.map(({ output }) => [output, 'gpu-buffer' as const]));
  const session = await InferenceSession.create(model, { ...options, preferredOutputLocation });
  return new DeviceState(session, await InferenceSession.create(createReader(slots), options), slots);
}

/** A tensor's own `getData()` ends the process in onnxruntime-node 1.30, so the state is read through a graph that copies it. */
function createReader(slots: readonly StateSlot[]): Uint8Array {
  const infos = (nameOf: (slot: StateSlot) => string) =>
    slots.map((slot) => buildValueInfo(nameOf(slot), onnxDataType[slot.initial.dtype], slot.initial.dims));
  const nodes = slots.map(({ input, output }) => buildNode({ opType: 'Identity', inputs: [input], outputs: [output] }));
  const inputs = infos(({ input }) => input);
  const outputs = infos(({ output }) => output);
  return encodeModel(buildModel({ graph: buildGraph({ nodes, inputs, outputs }) }));
}

class DeviceState implements StatefulSession {
  readonly #session: InferenceSession;
  readonly #reader: InferenceSession;
  readonly #slots: readonly StateSlot[];
  #state: OnnxTensors;
  #next: OnnxTensors | null = null;

  constructor(session: InferenceSession, reader: InferenceSession, slots: readonly StateSlot[]) {
    this.#session = session;
    this.#reader = reader;
    this.#slots = slots;
    this.#state = toOnnxTensors(Object.fromEntries(slots.map(({ input, initial }) => [input, initial])));
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> {
    const results = await this.#session.run({ ...toOnnxTensors(feeds), ...this.#state });
    this.#dropNext();
    this.#next = Object.fromEntries(this.#slots.map(({ input, output }) => [input, pick(results, output)]));
    const kept = new Set(this.#slots.map(({ output }) => output));
    return fromOnnxTensors(Object.fromEntries(Object.entries(results).filter(([name]) => !kept.has(name))));
  }

  advance(): void {
    if (this.#next === null) return;
    dispose(this.#state);
    this.#state = this.#next;
    this.#next = null;
  }

  async readState(): Promise<Readonly<Record<string, Tensor>>> {
    const results = await this.#reader.run(this.#state);
    const copies = fromOnnxTensors(results);
    return Object.fromEntries(this.#slots.map(({ input, output, initial }) => [input, copies[output] ?? initial]));
  }

  writeState(state: Readonly<Record<string, Tensor>>): void {
    this.#dropNext();
    dispose(this.#state);
    this.#state = toOnnxTensors(state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#dropNext();
    dispose(this.#state);
    await this.#reader.release();
    await this.#session.release();
  }

  #dropNext(): void {
    if (this.#next !== null) dispose(this.#next);
    this.#next = null;
  }
}

// Not left to the garbage collector: it does not see the GPU's memory, and 300 steps would hold gigabytes.
function dispose(tensors: OnnxTensors): void {
  for (const each of Object.values(tensors)) each.dispose();
}

function pick(results: InferenceSession.OnnxValueMapType, name: string): OnnxTensor {
  const found = results[name];
  if (found === undefined) throw new Error(`internal: the session gave no ${name}`);
  return found;
}
