import type { DriftReference } from '../../contract/drift.ts';
import { chiSquareTail } from './chi-square-tail.ts';

/** Predictions added up. */
export interface DriftTally {
  readonly rows: number;
  readonly shiftSum: number;
  readonly labels: Readonly<Record<string, number>>;
}

export interface DriftEvidence {
  readonly meanShift: number;
  /** Which the mean shift score leaves, without drift, in 3 of 10,000 windows. */
  readonly shiftBand: readonly [number, number];
  /** How often the mean would be as far from one half, or further, without drift. */
  readonly shiftP: number;
  /** Total variation between the label rates, 0 to 1; null where answers are no labels. */
  readonly labelDistance: number | null;
  /** How often label rates would differ as much, or more, without drift; null where answers are no labels. */
  readonly labelP: number | null;
}

/** Predictions to a window, at least. */
export const DRIFT_WINDOW_ROWS = 200;
/**
 * What either statistic is called drift at. Both together would take 0.6 windows in 1,000 for drift where there is none; one is promised,
 * as the tails are approximations (measured: npm run bench -- drift).
 */
export const ALARM_P = 0.0003;
// Where the normal distribution's two tails hold ALARM_P.
const ALARM_DEVIATIONS = 3.6153;

/**
 * Two tests of whether predictions are of the same kind as the validation rows. The mean shift percentile is Mann and Whitney's U over the two samples, so
 * the few validation rows count with their own chance. Label rates are compared by the chi-square test of two samples; labels with fewer than five
 * expected in either are taken together.
 */
export function testDrift(reference: DriftReference, tally: DriftTally): DriftEvidence {
  const { rows, labels } = reference;
  const deviation = (rows / (rows + 1)) * Math.sqrt((tally.rows + rows + 1) / (12 * tally.rows * rows));
  const meanShift = tally.shiftSum / tally.rows;
  const away = (meanShift - 0.5) / deviation;
  const reach = ALARM_DEVIATIONS * deviation;
  return {
    meanShift,
    shiftBand: [0.5 - reach, 0.5 + reach],
    shiftP: chiSquareTail(away * away, 1),
    labelDistance: labels === null ? null : totalVariation(labels, tally.labels),
    labelP: labels === null ? null : compareCounts(labels, tally.labels),
  };
}

type Counts = Readonly<Record<string, number>>;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function totalVariation(reference: Counts, window: Counts): number {
  const ofReference = sum(Object.values(reference));
  const ofWindow = sum(Object.values(window));
  const names = new Set([...Object.keys(reference), ...Object.keys(window)]);
  const differences = [...names].map((name) =>
    Math.abs((reference[name] ?? 0) / ofReference - (window[name] ?? 0) / ofWindow),
  );
  return sum(differences) / 2;
}

const LEAST_EXPECTED = 5;

function compareCounts(reference: Counts, window: Counts): number {
  const ofReference = sum(Object.values(reference));
  const ofWindow = sum(Object.values(window));
  const names = [...new Set([...Object.keys(reference), ...Object.keys(window)])];
  const cells = names.map((name) => ({ a: reference[name] ?? 0, b: window[name] ?? 0 }));
  const share = Math.min(ofReference, ofWindow) / (ofReference + ofWindow);
  // By the sums of both samples, which say nothing of how they differ.
  const isRare = ({ a, b }: { readonly a: number; readonly b: number }): boolean => (a + b) * share < LEAST_EXPECTED;
  const rare = cells.filter(isRare);
  const pooled = { a: sum(rare.map(({ a }) => a)), b: sum(rare.map(({ b }) => b)) };
  const kept = [...cells.filter((cell) => !isRare(cell)), ...(isRare(pooled) ? [] : [pooled])];
  if (kept.length < 2) return 1;
  const [totalA, totalB] = [sum(kept.map(({ a }) => a)), sum(kept.map(({ b }) => b))];
  const statistic = kept.map(({ a, b }) => (a * totalB - b * totalA) ** 2 / (totalA * totalB * (a + b)));
  return chiSquareTail(sum(statistic), kept.length - 1);
}
