const RANGES = 5;
// As many digits as tell ranges apart; a rate's name is read by people.
const DIGITS = 4;

/** Where sorted values part into fifths; fewer parts where many are equal. */
export function rangeCuts(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const cuts = Array.from({ length: RANGES - 1 }, (_, index) =>
    Number((sorted[Math.floor(((index + 1) * sorted.length) / RANGES)] ?? 0).toPrecision(DIGITS)),
  );
  return [...new Set(cuts)];
}

/** The range that a number is in: what stands for its label where label rates are compared. */
export function nameRange(value: number, cuts: readonly number[]): string {
  const above = cuts.findIndex((cut) => value < cut);
  const [low, high] = [cuts[above === -1 ? cuts.length - 1 : above - 1], cuts[above]];
  if (low === undefined) return high === undefined ? 'any' : `below ${high}`;
  return high === undefined ? `${low} and above` : `${low} to ${high}`;
}
