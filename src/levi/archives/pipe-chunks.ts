import type { Chunks } from '../sources/read-chunks.ts';

interface Transform<Item> {
  readonly readable: ReadableStream<Item>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Sends chunks through a transform and gives out what comes of them; closes the source when the consumer stops. What the source throws
 * passes as it is; what the transform throws becomes `toError`'s.
 */
export async function* pipeChunks<Item>(
  source: Chunks,
  transform: Transform<Item>,
  toError: (cause: unknown) => Error,
): AsyncGenerator<Item, void, undefined> {
  let sourceError: { readonly cause: unknown } | undefined;
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const next = await source.next();
          if (next.done) return controller.close();
          // Files are read into ordinary buffers; the type leaves open that they are not.
          controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
        } catch (cause) {
          sourceError = { cause };
          throw cause;
        }
      },
    },
    { highWaterMark: 0 },
  );
  const reader = stream.pipeThrough(transform).getReader();
  const next = async (): Promise<ReadableStreamReadResult<Item>> => {
    try {
      return await reader.read();
    } catch (cause) {
      throw sourceError ? sourceError.cause : toError(cause);
    }
  };
  try {
    for (let result = await next(); !result.done; result = await next()) yield result.value;
  } finally {
    await reader.cancel().catch(() => undefined);
    await source.return();
  }
}
