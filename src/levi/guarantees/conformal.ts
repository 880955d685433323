/**
 * The nonconformity that a new row stays within with at least the asked probability: the ceil((n + 1) level)-th smallest of n
 * (split conformal prediction, Vovk et al. 2005). It holds on average over data sets, for rows like the n; not for each kind of row.
 * @param nonconformity ascending
 * @returns null where n rows are too few for the level
 */
export function conformalThreshold(nonconformity: Float32Array, level: number): number | null {
  const rank = Math.max(1, Math.ceil((nonconformity.length + 1) * level - ROUNDING));
  return nonconformity[rank - 1] ?? null;
}

/** The fewest rows for which the level's rank is among them. */
export function rowsForLevel(level: number): number {
  return Math.max(1, Math.ceil(level / (1 - level) - ROUNDING));
}

// 0.9 * 10 is 9 in writing and a little more in binary.
const ROUNDING = 1e-9;

/**
 * The labels that cannot be ruled out, surest first: those whose nonconformity 1 - p is within the threshold (LAC: Sadinle, Lei and
 * Wasserman 2019, the smallest sets on average), and the answer itself, so that no set is empty. All of them where the threshold is null.
 * @param ranked labels by falling score
 */
export function predictionSet(
  ranked: readonly { readonly label: string; readonly score: number }[],
  threshold: number | null,
): string[] {
  return ranked
    .filter(({ score }, index) => index === 0 || threshold === null || Math.fround(1 - score) <= threshold)
    .map(({ label }) => label);
}
