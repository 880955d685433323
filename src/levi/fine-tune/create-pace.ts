/**
 * Whether `intervalMs` have passed since it last said so; the first question starts the clock. Decides when a checkpoint is written,
 * never what is computed.
 */
export function createPace(intervalMs: number): () => boolean {
  let lastMs = performance.now();
  return () => {
    const nowMs = performance.now();
    if (nowMs - lastMs < intervalMs) return false;
    lastMs = nowMs;
    return true;
  };
}
