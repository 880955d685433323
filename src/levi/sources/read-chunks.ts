export type Chunks = AsyncGenerator<Uint8Array, void, undefined>;

// A ReadableStream is not async iterable in every browser; the reader is, and it cancels the source when the consumer stops.
export async function* readChunks(stream: ReadableStream<Uint8Array>): Chunks {
  const reader = stream.getReader();
  let isFinished = false;
  try {
    for (;;) {
      const next = await reader.read();
      if (next.done) {
        isFinished = true;
        return;
      }
      yield next.value;
    }
  } finally {
    if (!isFinished) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}

export interface PeekedChunks {
  /** The first bytes, fewer than asked for where the source is shorter. */
  readonly head: Uint8Array;
  /** Everything from the first byte on. */
  readonly chunks: Chunks;
}

/** Looks at the first `bytes` without losing them. The caller still closes `source`. */
export async function peekChunks(source: Chunks, bytes: number): Promise<PeekedChunks> {
  const held: Uint8Array[] = [];
  for (let heldBytes = 0; heldBytes < bytes;) {
    const next = await source.next();
    if (next.done) break;
    held.push(next.value);
    heldBytes += next.value.length;
  }
  return { head: joinBytes(held).subarray(0, bytes), chunks: replay(held, source) };
}

async function* replay(held: readonly Uint8Array[], source: Chunks): Chunks {
  yield* held;
  yield* source;
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
