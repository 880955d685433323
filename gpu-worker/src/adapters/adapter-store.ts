import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { HostMemory } from '../../../src/engine/index.ts';
import { readModel } from '../../../src/levi/index.ts';
import type { TargetAdapter } from '../../../src/levi/index.ts';
import { createWeightedGate } from '../images/weighted-gate.ts';
import { createPlaces } from './places.ts';
import type { Place } from './places.ts';

/** A model's adapters: one per target, mostly one. Whole until disposed, also where they leave the store meanwhile. */
export interface HeldAdapters extends Disposable {
  readonly adapters: readonly [TargetAdapter, ...TargetAdapter[]];
}

export interface AdapterStore {
  /** Rejects with `adapter_invalid` when the bytes are not what their hash or their manifest says. */
  hold(sha256: string): Promise<HeldAdapters>;
  /** Fetches it where it is not there and keeps it until it is let go. Rejects as `hold`, and with `limit_reached` when too much is pinned. */
  pin(sha256: string): Promise<void>;
  /** From now on it goes as others do, when it was not used for longest. */
  unpin(sha256: string): void;
  readonly pinned: readonly string[];
  /** Hashes, the one used last first. */
  readonly resident: readonly string[];
  readonly sizeBytes: number;
}

export interface AdapterStoreOptions {
  readonly fetch: (sha256: string) => Promise<Uint8Array>;
  /** Of all of them; pinned ones take half of it at most. */
  readonly maxBytes: number;
  /** Where their bytes lie if there is room: there answers are computed without copying a weight. */
  readonly memory?: HostMemory | null | undefined;
  readonly onFetch?: (() => void) | undefined;
}

interface Resident {
  readonly adapters: HeldAdapters['adapters'];
  readonly place: Place;
  /** While above 0 its memory is not given to others. */
  users: number;
  isInStore: boolean;
}

const PINNED_SHARE = 0.5;
// A request may name a thousand adapters that are not there yet.
const MOST_FETCHES = 16;

/** Adapters by hash, fetched on first use and checked; least recently used out first. Callers of the same one share a fetch. */
export function createAdapterStore({ fetch, maxBytes, memory = null, onFetch }: AdapterStoreOptions): AdapterStore {
  const pinned = new Map<string, Resident>();
  const pinnedBytes = (): number => [...pinned.values()].reduce((sum, { place }) => sum + place.sizeBytes, 0);
  const residents = new LRUCache<string, Resident>({
    maxSize: maxBytes,
    sizeCalculation: ({ place }) => place.sizeBytes,
    dispose: (resident, sha256) => {
      if (pinned.get(sha256) !== resident) leave(resident);
    },
  });
  const fetching = new Map<string, Promise<Resident>>();
  const gate = createWeightedGate(MOST_FETCHES);
  const places = createPlaces(memory, () => residents.pop() !== undefined);

  function leave(resident: Resident): void {
    resident.isInStore = false;
    if (resident.users === 0) resident.place.release();
  }

  const use = (resident: Resident): Disposable => {
    resident.users += 1;
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        resident.users -= 1;
        if (resident.users === 0 && !resident.isInStore) resident.place.release();
      },
    };
  };

  async function load(sha256: string): Promise<Resident> {
    onFetch?.();
    const bytes = await fetch(sha256);
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== sha256) {
      throw new LevigateError('adapter_invalid', `The adapter ${sha256} arrived with the hash ${found}. Try again.`);
    }
    const room = maxBytes - pinnedBytes() - residents.calculatedSize;
    const place = places.take(bytes, { mayStayOutside: bytes.length <= room });
    const resident: Resident = { adapters: readPlaced(place), place, users: 0, isInStore: true };
    // Whoever waits for it takes it in this turn of the loop; others may push it out in the next.
    const loading = use(resident);
    setImmediate(() => loading[Symbol.dispose]());
    keep(sha256, resident);
    return resident;
  }

  function keep(sha256: string, resident: Resident): void {
    residents.set(sha256, resident);
    // Larger than all the room there is.
    if (residents.peek(sha256) !== resident) leave(resident);
    makeRoom();
  }

  function find(sha256: string): Resident | Promise<Resident> {
    const resident = pinned.get(sha256) ?? residents.get(sha256);
    if (resident) return resident;
    const shared = fetching.get(sha256) ?? gate.run(1, () => load(sha256)).finally(() => fetching.delete(sha256));
    fetching.set(sha256, shared);
    return shared;
  }

  async function hold(sha256: string): Promise<{ readonly resident: Resident; readonly held: Disposable }> {
    for (;;) {
      const found = find(sha256);
      const resident = found instanceof Promise ? await found : found;
      // Between its arrival and this line it may have been pushed out and its memory given to another.
      if (resident.isInStore || resident.users > 0) return { resident, held: use(resident) };
    }
  }

  /** The list bounds itself by all the bytes there are; pinned ones leave it less. */
  function makeRoom(): void {
    while (residents.size > 0 && pinnedBytes() + residents.calculatedSize > maxBytes) residents.pop();
  }

  return {
    hold: async (sha256) => {
      const { resident, held } = await hold(sha256);
      return { adapters: resident.adapters, [Symbol.dispose]: () => held[Symbol.dispose]() };
    },
    pin: async (sha256) => {
      const { resident, held } = await hold(sha256);
      using _held = held;
      const others = [...pinned].filter(([hash]) => hash !== sha256);
      const taken = others.reduce((sum, [, { place }]) => sum + place.sizeBytes, resident.place.sizeBytes);
      if (taken > PINNED_SHARE * maxBytes) {
        throw new LevigateError(
          'limit_reached',
          `Pinned adapters would take ${taken} of ${maxBytes} bytes, more than half. Unpin others, or raise LEVIGATE_ADAPTER_CACHE_MB.`,
        );
      }
      pinned.set(sha256, resident);
      resident.isInStore = true;
      residents.delete(sha256);
      makeRoom();
    },
    unpin: (sha256) => {
      const resident = pinned.get(sha256);
      if (!resident) return;
      pinned.delete(sha256);
      keep(sha256, resident);
    },
    get pinned() {
      return [...pinned.keys()];
    },
    get resident() {
      return [...pinned.keys(), ...residents.keys()];
    },
    get sizeBytes() {
      return pinnedBytes() + residents.calculatedSize;
    },
  };
}

function readPlaced(place: Place): HeldAdapters['adapters'] {
  try {
    return readModel(place.bytes);
  } catch (error) {
    place.release();
    throw error;
  }
}
