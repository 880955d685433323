import { fieldCoverage } from '../fields/fields-encoder.ts';
import type { TaskInputs } from './task-inputs.ts';

/** Numbers of the gate's tensor: the coverage below which 0, 1, ... 100 % of the validation rows are. */
export const COVERAGE_QUANTILES = 101;

/** Of each row, the share of its n-grams, categories and ids that were learned from; 1 where it reads neither. */
export function measureCoverage({ texts, ngrams, fields, embeddings }: TaskInputs): Float32Array {
  const parts = [
    ...(ngrams > 0 ? [texts.coverage] : []),
    ...(fields !== null && embeddings.length > 0 ? [fieldCoverage(fields)] : []),
  ];
  return texts.coverage.map((_, row) =>
    parts.length === 0 ? 1 : parts.reduce((sum, part) => sum + (part[row] ?? 0), 0) / parts.length,
  );
}

export function coverageQuantiles(coverage: Float32Array): Float32Array {
  const sorted = coverage.toSorted();
  return Float32Array.from({ length: COVERAGE_QUANTILES }, (_, index) => {
    return sorted[Math.round((index / (COVERAGE_QUANTILES - 1)) * (sorted.length - 1))] ?? 0;
  });
}

/** a = min(1, 2 x percentile of a row's coverage among the validation rows): how far its task model is heard. */
export function gateOf(coverage: Float32Array, quantiles: Float32Array): Float32Array {
  return coverage.map((covered) => {
    const below = quantiles.reduce((count, quantile) => count + Number(quantile <= covered), 0);
    return Math.min(1, (2 * below) / quantiles.length);
  });
}
