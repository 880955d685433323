/** Requests and jobs that a worker is busy with, and since when it is not. */
export interface Activity {
  /** Disposed when what began has ended. */
  begin(): Disposable;
  readonly inFlight: number;
  /** 0 while something is in flight. */
  idleForMs(nowMs: number): number;
}

export function createActivity(nowMs: () => number = () => performance.now()): Activity {
  let inFlight = 0;
  let idleSinceMs = nowMs();
  return {
    begin: () => {
      inFlight += 1;
      let isOver = false;
      return {
        [Symbol.dispose]: () => {
          if (isOver) return;
          isOver = true;
          inFlight -= 1;
          idleSinceMs = nowMs();
        },
      };
    },
    get inFlight() {
      return inFlight;
    },
    idleForMs: (now) => (inFlight > 0 ? 0 : now - idleSinceMs),
  };
}
