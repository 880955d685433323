import type { Value } from '../graph/types.ts';
import type { Runtime } from '../runtime.ts';
import type { Tensor } from '../tensor.ts';
import type { AdamWOptions } from './adam-w.ts';

export interface OptimizerOptions extends AdamWOptions {
  /** What differs for single parameters, by name. */
  readonly perParameter?: Readonly<Record<string, Partial<AdamWOptions>>>;
}

export interface TrainerOptions {
  readonly runtime: Runtime;
  /** A float32 scalar. Its gradients are added to its graph. */
  readonly loss: Value;
  /** First values of every parameter that the loss depends on; copied. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly optimizer: OptimizerOptions;
  /** The parameters to train; the others stay as given and cost no gradient. All unless given. */
  readonly trainable?: readonly string[];
  /** Further values to compute at each step. */
  readonly outputs?: Readonly<Record<string, Value>>;
  /** Inputs whose gradients each step returns: for tables that stay on the host. */
  readonly inputGradients?: readonly string[];
  /** Numbers for symbolic dimensions: see `toOnnx`. */
  readonly sizes?: Readonly<Record<string, number>>;
}

export type Feeds = Readonly<Record<string, Tensor>>;

export interface StepResult {
  readonly loss: number;
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly inputGradients: Readonly<Record<string, Float32Array>>;
}

export interface Evaluation extends StepResult {
  /** Of trained parameters, by name. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

export interface StepOptions {
  /** Factor on every learning rate, for schedules. */
  readonly learningRateScale?: number;
}

/** AdamW's options for one parameter at one step. */
export function optionsFor(
  name: string,
  { perParameter = {}, ...common }: OptimizerOptions,
  { learningRateScale = 1 }: StepOptions = {},
): AdamWOptions {
  const merged = { ...common, ...perParameter[name] };
  return { ...merged, learningRate: merged.learningRate * learningRateScale };
}
