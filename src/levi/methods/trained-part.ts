import { z } from 'zod';
import type { Tensor } from '../../engine/index.ts';

/** What is trained apart, and from which the served methods are put together. */
export const TRAINED_PARTS = [
  'prior',
  'linear_probe',
  'best_layer',
  'concat_all',
  'task_only',
  'levi',
  'mlp_matched',
  'head2toe',
  'levi_no_task',
  'levi_last',
  'levi_noise',
] as const;
export type TrainedPartKey = (typeof TRAINED_PARTS)[number];

const CurvePoint = z
  .object({
    epoch: z.int(),
    step: z.int(),
    trainLoss: z.number(),
    /** The task's own figure on the rows that were learned from, each as it was answered before its step. */
    trainScore: z.number(),
    validLoss: z.number(),
    validScore: z.number(),
  })
  .readonly();
export type CurvePoint = z.infer<typeof CurvePoint>;
export const Curve = z.array(CurvePoint).readonly();

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

export type UntimedPart = Omit<TrainedPart, 'seconds'>;

/** What resuming in the middle of a part needs. */
export interface PartState {
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** JSON. */
  readonly values: unknown;
}

/** After each epoch of a part that has epochs. */
export interface PartEpoch {
  readonly point: CurvePoint;
  /** Of the part's expected work. */
  readonly fraction: number;
  readonly state: () => PartState;
}
