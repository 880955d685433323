import { LevigateError } from '../../../src/contract/errors.ts';

export interface ExportQueueOptions<Request, Made> {
  readonly make: (request: Request, signal: AbortSignal) => Promise<Made>;
  /** The same for requests that one export answers. */
  readonly keyOf: (request: Request) => string;
  /** Ends them all: the worker does. */
  readonly signal: AbortSignal;
}

/** Each may hold gigabytes while it is made, and waits for those before it. */
const MAX_WAITING = 8;
const RETRY_AFTER_S = 30;

/**
 * Exports one after the other, each to its end even when its asker has gone away: who asks again waits for the one that is being made.
 * Rejects with `overloaded` when too many wait, and with `no_worker` when the worker ends.
 */
export function createExportQueue<Request, Made>({ make, keyOf, signal }: ExportQueueOptions<Request, Made>) {
  const making = new Map<string, Promise<Made>>();
  let last: Promise<unknown> = Promise.resolve();

  async function makeAfter(before: Promise<unknown>, request: Request): Promise<Made> {
    await before;
    if (signal.aborted) throw ending();
    return await make(request, signal).catch((error: unknown) => {
      throw signal.aborted ? ending() : error;
    });
  }

  return async (request: Request): Promise<Made> => {
    const key = keyOf(request);
    const found = making.get(key);
    if (found) return found;
    if (making.size >= MAX_WAITING) throw tooMany();
    const made = makeAfter(last, request).finally(() => making.delete(key));
    making.set(key, made);
    // Its failure is for those who asked for it.
    last = made.catch(() => {});
    return made;
  };
}

const ending = (): LevigateError =>
  new LevigateError('no_worker', 'The worker is shutting down: ask for the export again.', { retryAfterS: 1 });

const tooMany = (): LevigateError =>
  new LevigateError('overloaded', `${MAX_WAITING} exports are being made or wait: ask again in a while.`, {
    retryAfterS: RETRY_AFTER_S,
  });
