import type { HttpClient, Reply } from './http-client.ts';

export interface ClosedLoop {
  readonly ms: number;
  /** In the order of the bodies. */
  readonly replies: readonly Reply[];
}

/** `concurrency` callers, each sending its next body when its last was answered. */
export async function runClosedLoop(
  client: HttpClient,
  bodies: readonly string[],
  concurrency: number,
): Promise<ClosedLoop> {
  const replies: Reply[] = [];
  const queue = bodies.entries();
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const [index, body] of queue) replies[index] = await client.post(body);
    }),
  );
  return { ms: performance.now() - startedMs, replies };
}
