/** What may be said to a benchmark; those that have nothing to choose ignore it. */
export interface BenchOptions {
  /** Only the parts whose name contains this text; null for all. */
  readonly only: string | null;
  /** None of the parts whose name contains this text; null for none. */
  readonly skip: string | null;
  /** A small look: what comes of it is printed and not kept. */
  readonly isQuick: boolean;
}
