import { getLogger } from '@logtape/logtape';

const log = getLogger(['levigate', 'clock']);

/** Never rejects. The delay must stay within the 30 s that a Worker may go on after its answer. */
export async function runAfter(delayMs: number, task: () => Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, delayMs);
  await promise;
  await task().catch((error: unknown) => log.error('a task that was put off failed', { error }));
}
