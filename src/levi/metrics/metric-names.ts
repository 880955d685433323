import type { Metric } from '../../contract/report.ts';

/** As sentences name them. */
export const METRIC_NAMES = {
  accuracy: 'accuracy',
  example_f1: 'F1',
  rmse: 'RMSE',
} as const satisfies Record<Metric['name'], string>;
