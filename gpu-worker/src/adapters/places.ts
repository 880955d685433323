import type { HostMemory } from '../../../src/engine/index.ts';

/** An adapter's file where it is going to stay. */
export interface Place {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  /** Once: whoever reads the bytes afterwards may find another's. */
  release(): void;
}

export interface Places {
  /** In the memory, pushing others out where it must; outside of it where that is allowed or nothing else helps. */
  take(bytes: Uint8Array, options: { readonly mayStayOutside: boolean }): Place;
}

/** @param pushOut frees the place of what was not used for longest, unless somebody holds it; false when nothing is left */
export function createPlaces(memory: HostMemory | null, pushOut: () => boolean): Places {
  function allocate(size: number, mayStayOutside: boolean): number | null {
    for (;;) {
      const address = memory?.allocate(size) ?? null;
      if (address !== null || mayStayOutside || !memory || !pushOut()) return address;
    }
  }
  return {
    take: (bytes, { mayStayOutside }) => {
      const sizeBytes = Math.max(1, bytes.length);
      const address = allocate(sizeBytes, mayStayOutside);
      if (!memory || address === null) return { bytes, sizeBytes, release: () => {} };
      const own = new Uint8Array(memory.buffer, address, bytes.length);
      own.set(bytes);
      return { bytes: own, sizeBytes, release: () => memory.release(address) };
    },
  };
}
