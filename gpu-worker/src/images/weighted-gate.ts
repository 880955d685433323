/** Lets tasks run together up to a total weight; the others wait in the order they came. */
export interface WeightedGate {
  /** A weight beyond the gate's capacity runs alone. */
  run<Result>(weight: number, task: () => Promise<Result>): Promise<Result>;
}

export function createWeightedGate(capacity: number): WeightedGate {
  const waiting: { readonly weight: number; readonly start: () => void }[] = [];
  let inside = 0;

  function admit(): void {
    for (let next = waiting[0]; next && (inside === 0 || inside + next.weight <= capacity); next = waiting[0]) {
      waiting.shift();
      inside += next.weight;
      next.start();
    }
  }

  return {
    run: async (weight, task) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ weight, start: resolve });
      admit();
      await promise;
      try {
        return await task();
      } finally {
        inside -= weight;
        admit();
      }
    },
  };
}
