import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly shouldRetry: (error: unknown) => boolean;
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  /** Time from the first attempt after which the last error is final. */
  readonly limitMs?: number;
  readonly onRetry?: (error: unknown, delayMs: number) => void;
}

/** Runs `attempt` until it succeeds, fails for good, or the signal fires; waits twice as long each time, half of it by chance. */
export async function retry<Result>(attempt: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const { signal, shouldRetry, firstDelayMs = 250, maxDelayMs = 5_000, limitMs = Number.POSITIVE_INFINITY } = options;
  const startedMs = performance.now();
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, maxDelayMs)) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!shouldRetry(error) || performance.now() - startedMs > limitMs) throw error;
      options.onRetry?.(error, delayMs);
    }
    await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal });
  }
}
