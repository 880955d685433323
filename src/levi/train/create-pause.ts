/** Called between steps: rejects once the signal is aborted, and lets the process's other work run when it waited long enough. */
export type Pause = () => Promise<void>;

export interface PauseOptions {
  readonly signal: AbortSignal | undefined;
  readonly yieldToEventLoop: () => Promise<void>;
}

// Longer holds would be felt by predictions of the same process; a turn per step would cost more than small steps do.
const HOLD_MS = 8;

export function createPause({ signal, yieldToEventLoop }: PauseOptions): Pause {
  let turnedAt = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - turnedAt < HOLD_MS) return;
    await yieldToEventLoop();
    turnedAt = performance.now();
    signal?.throwIfAborted();
  };
}
