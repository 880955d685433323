import type { Runtime, Session, StatefulSession, StateSlot } from '../runtime.ts';
import { tensor } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/** A stateful session of any runtime: where it has none of its own, the state is an output that is fed again. */
export async function openStateful(
  runtime: Runtime,
  model: Uint8Array,
  slots: readonly StateSlot[],
): Promise<StatefulSession> {
  if (runtime.loadStateful !== undefined) return runtime.loadStateful(model, slots);
  return new HostState(await runtime.load(model), slots);
}

class HostState implements StatefulSession {
  readonly #session: Session;
  readonly #slots: readonly StateSlot[];
  #state: Tensors;
  #next: Tensors;

  constructor(session: Session, slots: readonly StateSlot[]) {
    this.#session = session;
    this.#slots = slots;
    this.#state = Object.fromEntries(slots.map(({ input, initial }) => [input, initial]));
    this.#next = this.#state;
  }

  async run(feeds: Tensors): Promise<Tensors> {
    const results = await this.#session.run({ ...feeds, ...this.#state });
    const outputs = new Set(this.#slots.map(({ output }) => output));
    this.#next = Object.fromEntries(this.#slots.map(({ input, output }) => [input, pickState(results, output)]));
    return Object.fromEntries(Object.entries(results).filter(([name]) => !outputs.has(name)));
  }

  advance(): void {
    this.#state = this.#next;
  }

  readState(): Promise<Tensors> {
    const copy = ({ data, dims }: Tensor): Tensor => tensor(data.slice(), dims);
    return Promise.resolve(
      Object.fromEntries(this.#slots.map(({ input }) => [input, copy(pickState(this.#state, input))])),
    );
  }

  writeState(state: Tensors): void {
    this.#state = state;
    this.#next = state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}

/** A tensor of a session's state. */
export function pickState(tensors: Tensors, name: string): Tensor {
  const found = tensors[name];
  if (found === undefined) throw new Error(`internal: there is no state '${name}'`);
  return found;
}
