import type { DeviceRun } from '../device/device.ts';
import type { Sized } from './pick-batch.ts';

export interface BatchInput<Content> extends Sized {
  /** Inputs of one key wait as one and are computed once. It is salted per project: what another sends must not shorten the wait. */
  readonly key: string;
  /** What the device reads of it: token ids, or pixels. */
  readonly content: Content;
}

export interface Embedded {
  /** [taps, width], a view into its batch's answer: copy it to keep it. */
  readonly features: Float32Array;
  readonly queueMs: number;
  readonly inferenceMs: number;
  /** Of its batch; null where no device process ran it. */
  readonly run?: DeviceRun | null;
}

export interface QueueEntry<Content> extends BatchInput<Content> {
  readonly enqueuedMs: number;
  settle(result: Embedded): void;
  fail(error: unknown): void;
}

/** Inputs that wait for one backbone, the oldest first. */
export interface BatchQueue<Content> {
  /** Resolves with a result for each; when the signal fires, those that nobody else waits for leave the queue. */
  add(inputs: readonly BatchInput<Content>[], signal: AbortSignal | undefined): Promise<Embedded[]>;
  first(count: number): QueueEntry<Content>[];
  /** Out of the queue, on their way to the device. */
  take(entries: readonly QueueEntry<Content>[]): void;
  readonly size: number;
  readonly tokens: number;
  /** Calls with inputs that wait. */
  readonly calls: number;
}

interface Waiter {
  readonly call: Call;
  readonly resolve: (result: Embedded) => void;
  readonly reject: (error: unknown) => void;
}
interface Call {
  waiting: number;
}
interface Entry<Content> extends QueueEntry<Content> {
  readonly waiters: Set<Waiter>;
}

export function createBatchQueue<Content>(): BatchQueue<Content> {
  const entries = new Map<string, Entry<Content>>();
  let tokens = 0;
  let calls = 0;

  function remove(entry: Entry<Content>): void {
    if (entries.get(entry.key) !== entry) return;
    entries.delete(entry.key);
    tokens -= entry.size;
    for (const { call } of entry.waiters) leaveCall(call);
  }

  function leaveCall(call: Call): void {
    call.waiting -= 1;
    if (call.waiting === 0) calls -= 1;
  }

  function enqueue(input: BatchInput<Content>): Entry<Content> {
    const known = entries.get(input.key);
    if (known) return known;
    const waiters = new Set<Waiter>();
    const entry: Entry<Content> = {
      ...input,
      enqueuedMs: performance.now(),
      waiters,
      settle: (result) => {
        for (const { resolve } of waiters) resolve(result);
      },
      fail: (error) => {
        for (const { reject } of waiters) reject(error);
      },
    };
    entries.set(input.key, entry);
    tokens += input.size;
    return entry;
  }

  return {
    add: async (inputs, signal) => {
      const call: Call = { waiting: inputs.length };
      calls += 1;
      const joined: [Entry<Content>, Waiter][] = [];
      const results = inputs.map((input) => {
        const { promise, resolve, reject } = Promise.withResolvers<Embedded>();
        const entry = enqueue(input);
        const waiter: Waiter = { call, resolve, reject };
        entry.waiters.add(waiter);
        joined.push([entry, waiter]);
        return promise;
      });
      const leave = (): void => {
        for (const [entry, waiter] of joined) {
          waiter.reject(signal?.reason);
          if (!entry.waiters.delete(waiter) || entries.get(entry.key) !== entry) continue;
          leaveCall(call);
          if (entry.waiters.size === 0) remove(entry);
        }
      };
      signal?.addEventListener('abort', leave, { once: true });
      return await Promise.all(results).finally(() => signal?.removeEventListener('abort', leave));
    },
    first: (count) => entries.values().take(count).toArray(),
    take: (batch) => {
      for (const { key } of batch) {
        const entry = entries.get(key);
        if (entry) remove(entry);
      }
    },
    get size() {
      return entries.size;
    },
    get tokens() {
      return tokens;
    },
    get calls() {
      return calls;
    },
  };
}
