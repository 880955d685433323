export interface Estimate {
  readonly mean: number;
  /** Half the width of the 95 % interval of the mean; null for one value. */
  readonly margin: number | null;
}

/** Two-sided 97.5 % quantiles of Student's t by degrees of freedom. */
const STUDENT_T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
const NORMAL = 1.96;

export function toEstimate(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, margin: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, margin: (STUDENT_T[values.length - 2] ?? NORMAL) * Math.sqrt(variance / values.length) };
}

export const formatEstimate = ({ mean, margin }: Estimate, isDifference = false): string =>
  `${isDifference && mean >= 0 ? '+' : ''}${mean.toFixed(1)}${margin === null ? '' : ` ±${margin.toFixed(1)}`}`;
