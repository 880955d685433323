export interface Timed<Result> {
  readonly result: Result;
  readonly ms: number;
}

export async function timed<Result>(work: () => Promise<Result>): Promise<Timed<Result>> {
  const startMs = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startMs };
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
