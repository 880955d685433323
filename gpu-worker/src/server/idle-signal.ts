import type { Activity } from './activity.ts';

/** Fires when nothing was asked of the worker for so long; never where `afterMs` is 0. Disposing stops the watch. */
export function createIdleSignal(
  activities: readonly Activity[],
  { afterMs }: { readonly afterMs: number },
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const now = performance.now();
    const leftMs = afterMs - Math.min(...activities.map((activity) => activity.idleForMs(now)));
    if (leftMs <= 0) controller.abort();
    else timer = setTimeout(look, leftMs).unref();
  };
  if (afterMs > 0) timer = setTimeout(look, afterMs).unref();
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
