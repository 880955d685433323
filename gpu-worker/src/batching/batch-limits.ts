import { costOf, guessedCost } from './cost-model.ts';
import type { Measured } from './calibrate.ts';
import type { BatchLimits } from './pick-batch.ts';

/** Limits before anything was measured, or those that the operator set. */
export const guessedLimits = (tokenBudget: number, leastTokensARow: number): BatchLimits => ({
  tokenBudget,
  maxRows: Math.ceil(tokenBudget / leastTokensARow),
  costOf: guessedCost(tokenBudget),
});

/** Limits of a device that was measured. */
export const measuredLimits = ({ tokenBudget, points }: Measured, leastTokensARow: number): BatchLimits => ({
  tokenBudget,
  maxRows: Math.ceil(tokenBudget / leastTokensARow),
  costOf: costOf(points),
});
