import { createGraph, uniformArray } from '../../engine/index.ts';
import type { Random, Value } from '../../engine/index.ts';
import type { ArchitectureSpec } from '../methods/architecture.ts';
import { leviWeightShapes } from '../methods/parts.ts';
import { leviLoss, leviViews } from '../model/levi-views.ts';
import type { FamilyGraph } from '../tasks/family-graphs.ts';

export interface LeviShape extends Pick<ArchitectureSpec, 'taps' | 'width' | 'outputs'> {
  readonly adaptingWidth: number;
  /** Rows per step; a shorter last batch is filled up with rows of weight zero. */
  readonly batchSize: number;
}

/** The task model's output, whose gradient goes back to the n-gram table on the host. */
export const TASK_OUTPUT = 'task_output';

/** The loss of one batch. Inputs: features `[K, B, d]`, task_output `[B, C]`, view_mask, head_mask, targets, sample_weights. */
export function buildLeviTraining(shape: LeviShape, beta: number, rowLoss: FamilyGraph['loss']): Value {
  const { taps, width, outputs, adaptingWidth, batchSize } = shape;
  const graph = createGraph();
  const parameter = (name: string): Value => graph.parameter(name, leviParameterShapes(shape)[name] ?? []);
  const input = (name: string, dims: readonly number[]): Value => graph.input(name, 'float32', dims);
  const views = leviViews(
    {
      adaptFeatures: parameter('levi.adapt_features'),
      adaptTask: parameter('levi.adapt_task'),
      adaptBias: parameter('levi.adapt_bias'),
      head: parameter('levi.head'),
      headBias: parameter('levi.head_bias'),
    },
    {
      features: input('features', [taps, batchSize, width]),
      taskOutput: input(TASK_OUTPUT, [batchSize, outputs]),
      viewMask: input('view_mask', [taps, batchSize, 1]),
      headMask: input('head_mask', [taps, batchSize, adaptingWidth]),
    },
  );
  const loss = { targets: input('targets', [batchSize, outputs]), sampleWeights: input('sample_weights', [batchSize]) };
  return leviLoss(views, loss, { beta, rowLoss });
}

export function leviParameterShapes(shape: LeviShape): Readonly<Record<string, readonly number[]>> {
  return leviWeightShapes(shape);
}

/** Uniform within the inverse root of each layer's number of inputs, as a linear layer of PyTorch starts. */
export function initialLeviParameters(shape: LeviShape, random: Random): Readonly<Record<string, Float32Array>> {
  const { taps, width, outputs, adaptingWidth } = shape;
  const adaptBound = 1 / Math.sqrt(width + outputs);
  const headBound = 1 / Math.sqrt(adaptingWidth);
  return {
    'levi.adapt_features': uniformArray(random, taps * width * adaptingWidth, adaptBound),
    'levi.adapt_task': uniformArray(random, taps * outputs * adaptingWidth, adaptBound),
    'levi.adapt_bias': uniformArray(random, taps * adaptingWidth, adaptBound),
    'levi.head': uniformArray(random, taps * adaptingWidth * outputs, headBound),
    'levi.head_bias': uniformArray(random, taps * outputs, headBound),
  };
}
