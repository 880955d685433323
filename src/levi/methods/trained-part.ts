import type { Tensor } from '../../engine/index.ts';

/** What is trained apart, and from which the served methods are put together. */
export const TRAINED_PARTS = ['prior', 'linear_probe', 'best_layer', 'concat_all', 'task_only', 'levi'] as const;
export type TrainedPartKey = (typeof TRAINED_PARTS)[number];

export interface CurvePoint {
  readonly epoch: number;
  readonly step: number;
  readonly trainLoss: number;
  readonly validLoss: number;
  readonly validAccuracy: number;
}

export interface TrainedPart {
  /** Named as in the adapter. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Which of the used layers a probe reads; empty for other parts. */
  readonly probeTaps: readonly number[];
  /** What it chose, for the report. */
  readonly detail: Readonly<Record<string, number | string>>;
  readonly seconds: number;
  readonly curve: readonly CurvePoint[];
}
