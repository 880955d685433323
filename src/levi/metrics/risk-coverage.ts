import type { RiskAtCoverage } from '../../contract/report.ts';

const MAX_POINTS = 50;

/**
 * What is gained by answering only when sure (El-Yaniv & Wiener 2010): for growing shares of the rows, surest first, the mean risk (share of wrong
 * answers) among them and the score that the least sure of them has. At most 50 points, the last at full coverage; rows of one score are never parted.
 */
export function riskCoverage(scores: ArrayLike<number>, risks: ArrayLike<number>): RiskAtCoverage[] {
  const rows = scores.length;
  const scored = Array.from({ length: rows }, (_, row) => ({
    score: scores[row] ?? 0,
    risk: risks[row] ?? 0,
  })).sort((a, b) => b.score - a.score);
  const points: RiskAtCoverage[] = [];
  let total = 0;
  let due = 1;
  for (const [index, { score, risk }] of scored.entries()) {
    total += risk;
    const answered = index + 1;
    if (scored[answered]?.score === score || answered < (due * rows) / MAX_POINTS) continue;
    points.push({ coverage: answered / rows, risk: total / answered, score });
    due = Math.floor((answered * MAX_POINTS) / rows) + 1;
  }
  return points;
}
