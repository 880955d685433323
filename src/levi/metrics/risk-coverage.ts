import type { RiskAtCoverage } from '../../contract/report.ts';
import { correctness } from './classification-metrics.ts';
import type { Probabilities } from './classification-metrics.ts';

const MAX_POINTS = 50;

/**
 * What is gained by answering only when sure (El-Yaniv & Wiener 2010): for growing shares of the rows, surest first, the share of wrong
 * answers among them and the score that the least sure of them has. At most 50 points, the last at full coverage; rows of one score are never parted.
 */
export function riskCoverage(probabilities: Probabilities, targets: Int32Array): RiskAtCoverage[] {
  const { rows, classes, data } = probabilities;
  const right = correctness(probabilities, targets);
  const scored = Array.from({ length: rows }, (_, row) => ({
    score: data.subarray(row * classes, (row + 1) * classes).reduce((most, p) => Math.max(most, p), 0),
    isWrong: right[row] === 0,
  })).sort((a, b) => b.score - a.score);
  const points: RiskAtCoverage[] = [];
  let wrong = 0;
  let due = 1;
  for (const [index, { score, isWrong }] of scored.entries()) {
    if (isWrong) wrong += 1;
    const answered = index + 1;
    if (scored[answered]?.score === score || answered < (due * rows) / MAX_POINTS) continue;
    points.push({ coverage: answered / rows, risk: wrong / answered, score });
    due = Math.floor((answered * MAX_POINTS) / rows) + 1;
  }
  return points;
}
