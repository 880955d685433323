import { LRUCache } from 'lru-cache';
import { createPredictor } from '../../../src/levi/index.ts';
import type { Adapter, Answers, Predictor, PredictorInputs } from '../../../src/levi/index.ts';
import type { HostMemory, Runtime } from '../../../src/engine/index.ts';

export interface PredictorPool {
  run(adapter: Adapter, input: PredictorInputs): Promise<Answers>;
}

interface Slot {
  readonly predictor: Promise<Predictor>;
  users: number;
  isEvicted: boolean;
}

// A session takes 1-3 MB; architectures differ in method, layers and number of labels only.
const MAX_ARCHITECTURES = 128;

/** One session, and programs for few rows, per adapter architecture; weights are inputs: a new adapter costs neither. */
export function createPredictorPool(runtime: Runtime, host: HostMemory | null = null): PredictorPool {
  const release = (slot: Slot): void => {
    if (!slot.isEvicted || slot.users > 0) return;
    slot.predictor.then((predictor) => predictor[Symbol.asyncDispose]()).catch(() => {});
  };
  const slots = new LRUCache<string, Slot>({
    max: MAX_ARCHITECTURES,
    dispose: (slot) => {
      slot.isEvicted = true;
      release(slot);
    },
  });

  function open({ architecture }: Adapter): Slot {
    const known = slots.get(architecture.key);
    if (known) return known;
    const slot: Slot = { predictor: createPredictor(runtime, architecture.spec, { host }), users: 0, isEvicted: false };
    slots.set(architecture.key, slot);
    slot.predictor.catch(() => slots.delete(architecture.key));
    return slot;
  }

  return {
    run: async (adapter, input) => {
      const slot = open(adapter);
      slot.users += 1;
      try {
        const predictor = await slot.predictor;
        return await predictor.run(adapter, input);
      } finally {
        slot.users -= 1;
        release(slot);
      }
    },
  };
}
