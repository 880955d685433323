import { createMatrixKernel } from './matrix-kernel.ts';
import type { MatrixKernel } from './matrix-kernel.ts';

/**
 * One WebAssembly memory for weights that stay and for what is computed from them, so that no product copies its matrix. Its pages are
 * the system's to give at first use; it never grows, so that arrays over it stay valid.
 */
export interface HostMemory {
  readonly kernel: MatrixKernel;
  readonly buffer: ArrayBuffer;
  /** All of it. */
  readonly floats: Float32Array;
  /** Bytes for what lives during one run. Runs never overlap: nothing in them waits. */
  readonly scratchBytes: number;
  /** A place for so many bytes that stay until given back, or null where there is none large enough. */
  allocate(bytes: number): number | null;
  release(address: number): void;
  readonly allocatedBytes: number;
}

const SCRATCH_BYTES = 8 * 1024 * 1024;
const PAGE_BYTES = 65_536;
const MAX_PAGES = 65_536;
const ALIGNMENT = 64;

interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** Room for `bytes` beside the scratch; null where the platform gives no such memory or compiles no WebAssembly. */
export function createHostMemory(bytes: number): HostMemory | null {
  const pages = Math.min(MAX_PAGES, Math.ceil((SCRATCH_BYTES + bytes) / PAGE_BYTES));
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    return null;
  }
  const kernel = createMatrixKernel(memory);
  if (!kernel) return null;
  // Free blocks by address; neighbours are always joined.
  let free: Block[] = [{ address: SCRATCH_BYTES, bytes: pages * PAGE_BYTES - SCRATCH_BYTES }];
  const taken = new Map<number, number>();
  let allocatedBytes = 0;

  return {
    kernel,
    buffer: memory.buffer,
    floats: new Float32Array(memory.buffer),
    scratchBytes: SCRATCH_BYTES,
    allocate: (wanted) => {
      const size = Math.ceil(wanted / ALIGNMENT) * ALIGNMENT;
      const index = free.findIndex((block) => block.bytes >= size);
      const block = free[index];
      if (!block) return null;
      const rest = { address: block.address + size, bytes: block.bytes - size };
      free.splice(index, 1, ...(rest.bytes > 0 ? [rest] : []));
      taken.set(block.address, size);
      allocatedBytes += size;
      return block.address;
    },
    release: (address) => {
      const bytes = taken.get(address);
      if (bytes === undefined) throw new Error(`internal: nothing was allocated at ${address}`);
      taken.delete(address);
      allocatedBytes -= bytes;
      free = join([...free, { address, bytes }]);
    },
    get allocatedBytes() {
      return allocatedBytes;
    },
  };
}

function join(blocks: readonly Block[]): Block[] {
  const joined: Block[] = [];
  for (const block of blocks.toSorted((a, b) => a.address - b.address)) {
    const last = joined.at(-1);
    if (last && last.address + last.bytes === block.address) {
      joined[joined.length - 1] = { address: last.address, bytes: last.bytes + block.bytes };
    } else joined.push(block);
  }
  return joined;
}
