import type { Outcomes } from './outcomes.ts';

/** How often, over data sets, the share of wrong answers may exceed what was asked for. */
const ABSTENTION_ERROR = 0.05;
const MAX_COVERAGES = 10;
const ROWS_PER_COVERAGE = 20;

/** Answers surer than `above` are given; all are withheld where it is null. */
export interface AbstentionRule {
  readonly above: number | null;
}

/**
 * The rule that answers most while the share of wrong answers among those given is at most `risk`, with 95 % confidence: the
 * Clopper-Pearson bound at each of up to ten coverages, fixed beforehand, shares the 5 % (selection with guaranteed risk, Geifman and El-Yaniv 2017; a
 * learn-then-test procedure, Angelopoulos et al. 2021).
 */
export function abstentionRule(
  { confidence, wrong }: Pick<Outcomes, 'confidence' | 'wrong'>,
  risk: number,
): AbstentionRule {
  const rows = confidence.length;
  const coverages = coveragesOf(rows);
  for (let step = coverages; step > 0; step--) {
    const above = step === coverages ? -1 : (confidence[Math.floor((rows * step) / coverages)] ?? -1);
    // Rows above the threshold alone: given it, they are a sample of what would be answered.
    const answered = confidence.findIndex((each) => each <= above);
    const given = answered === -1 ? rows : answered;
    const mistakes = wrong.subarray(0, given).reduce((sum, each) => sum + each, 0);
    if (given > 0 && atMost(mistakes, given, risk) <= ABSTENTION_ERROR / coverages) return { above };
  }
  return { above: null };
}

const coveragesOf = (rows: number): number =>
  Math.min(MAX_COVERAGES, Math.max(1, Math.floor(rows / ROWS_PER_COVERAGE)));

/** The fewest rows, all answered rightly, that could show such a risk; counted for each number of coverages, as a small risk takes more than can be tried. */
export function rowsForRisk(risk: number): number {
  for (let coverages = 1; coverages < MAX_COVERAGES; coverages += 1) {
    const rows = Math.max(rowsFor(risk, coverages), firstRowsOf(coverages));
    if (rows < firstRowsOf(coverages + 1)) return rows;
  }
  return Math.max(rowsFor(risk, MAX_COVERAGES), firstRowsOf(MAX_COVERAGES));
}

const rowsFor = (risk: number, coverages: number): number =>
  Math.ceil(Math.log(ABSTENTION_ERROR / coverages) / Math.log1p(-risk));

/** With how many rows there are so many coverages. */
const firstRowsOf = (coverages: number): number => (coverages === 1 ? 1 : coverages * ROWS_PER_COVERAGE);

/** The probability of at most `mistakes` in `rows`, each with probability `risk`: at most q where the Clopper-Pearson bound at 1 - q is at most `risk`. */
function atMost(mistakes: number, rows: number, risk: number): number {
  let term = rows * Math.log1p(-risk);
  let total = Math.exp(term);
  for (let count = 1; count <= mistakes; count++) {
    term += Math.log((rows - count + 1) / count) + Math.log(risk) - Math.log1p(-risk);
    total += Math.exp(term);
  }
  return Math.min(1, total);
}
