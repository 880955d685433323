import { mean } from './classification-metrics.ts';

/** Of the mean of independent values. Infinite where one value cannot tell. */
export function standardError(values: ArrayLike<number>): number {
  const average = mean(values);
  let squares = 0;
  for (let index = 0; index < values.length; index++) squares += ((values[index] ?? 0) - average) ** 2;
  return values.length < 2 ? Infinity : Math.sqrt(squares / (values.length - 1) / values.length);
}
