export interface Timed<Result> {
  readonly result: Result;
  readonly ms: number;
}

export async function timed<Result>(work: () => Promise<Result>): Promise<Timed<Result>> {
  const startMs = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startMs };
}
