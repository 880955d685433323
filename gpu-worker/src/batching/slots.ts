import type { Priority } from './batcher.ts';
import { overloaded } from './overloaded.ts';

export interface Slots {
  /** Resolves with a slot, to be given back; rejects with `overloaded` when too many wait, with the signal's reason when that fires. */
  acquire(options: { readonly priority: Priority; readonly signal?: AbortSignal | undefined }): Promise<Disposable>;
  readonly waiting: number;
}

export interface SlotsOptions {
  readonly count: number;
  /** Per class, beyond which new ones are refused. */
  readonly maxWaiting: number;
}

// A guess, as long as nothing is measured: an image of a small backbone on a CPU.
const GUESSED_SLOT_MS = 20;
const NEWEST_SHARE = 0.1;

/** A fixed number of places for what must not be held without bound; online work takes the next one first. */
export function createSlots({ count, maxWaiting }: SlotsOptions): Slots {
  const queues = { online: new Set<() => void>(), bulk: new Set<() => void>() };
  let free = count;
  /** Between two slots given back, lately. */
  let slotMs = GUESSED_SLOT_MS;
  let lastMs = performance.now();

  function admit(): void {
    for (const queue of [queues.online, queues.bulk]) {
      for (const start of queue) {
        if (free === 0) return;
        queue.delete(start);
        free -= 1;
        start();
      }
    }
  }

  const slot = (): Disposable => {
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        const nowMs = performance.now();
        // Only under load does it say how fast slots become free.
        if (queues.online.size + queues.bulk.size > 0) slotMs += NEWEST_SHARE * (nowMs - lastMs - slotMs);
        lastMs = nowMs;
        free += 1;
        admit();
      },
    };
  };

  return {
    acquire: async ({ priority, signal }) => {
      signal?.throwIfAborted();
      const queue = queues[priority];
      if (queue.size >= maxWaiting) throw overloaded(queue.size, queue.size * slotMs);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = (): void => {
        if (queue.delete(resolve)) reject(signal?.reason);
      };
      queue.add(resolve);
      signal?.addEventListener('abort', leave, { once: true });
      admit();
      await promise.finally(() => signal?.removeEventListener('abort', leave));
      return slot();
    },
    get waiting() {
      return queues.online.size + queues.bulk.size;
    },
  };
}
