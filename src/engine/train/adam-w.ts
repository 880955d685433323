/** Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), defaults and order of torch.optim.AdamW. */
export interface AdamWOptions {
  readonly learningRate: number;
  readonly weightDecay?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export interface AdamWUpdate {
  /** Changed in place, as `moments`. */
  readonly parameter: Float32Array;
  readonly moments: Moments;
  /** Counts from 1. */
  readonly step: number;
  readonly options: AdamWOptions;
}

export interface SparseRows {
  /** Row numbers, each once. */
  readonly rows: Int32Array;
  /** Gradients of these rows, one after the other. */
  readonly values: Float32Array;
}

export function createMoments(length: number): Moments {
  return { first: new Float32Array(length), second: new Float32Array(length) };
}

/** One step over a whole parameter. */
export function stepAdamW(update: AdamWUpdate, gradient: Float32Array): void {
  updateRange(update, gradient, { from: 0, length: update.parameter.length, gradientFrom: 0 });
}

/**
 * One step over the rows of a table that have a gradient. Lazy: the others neither decay nor lose momentum, so a step costs
 * what the batch touches (as torch.optim.SparseAdam, with decay).
 */
export function stepAdamWRows(update: AdamWUpdate, { rows, values }: SparseRows): void {
  const width = rows.length === 0 ? 0 : values.length / rows.length;
  for (let index = 0; index < rows.length; index += 1) {
    updateRange(update, values, { from: (rows[index] ?? 0) * width, length: width, gradientFrom: index * width });
  }
}

interface Range {
  readonly from: number;
  readonly length: number;
  readonly gradientFrom: number;
}

/** What one step multiplies with: a gradient's way into the moments, and the moments' way into the parameter. */
export interface StepFactors {
  /** Of the parameter, after decay. */
  readonly kept: number;
  readonly beta1: number;
  readonly gain1: number;
  readonly beta2: number;
  readonly gain2: number;
  /** Learning rate over the first moment's bias. */
  readonly stepSize: number;
  /** One over the root of the second moment's bias. */
  readonly correction: number;
  readonly epsilon: number;
}

/** Every factor, in the order in which graphs and kernels take them. */
export const STEP_FACTORS = [
  'kept',
  'beta1',
  'gain1',
  'beta2',
  'gain2',
  'stepSize',
  'correction',
  'epsilon',
] as const satisfies readonly (keyof StepFactors)[];

/** @param step counts from 1 */
export function stepFactors(options: AdamWOptions, step: number): StepFactors {
  const { learningRate, weightDecay = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  return {
    kept: 1 - learningRate * weightDecay,
    beta1,
    gain1: 1 - beta1,
    beta2,
    gain2: 1 - beta2,
    stepSize: learningRate / (1 - beta1 ** step),
    correction: 1 / Math.sqrt(1 - beta2 ** step),
    epsilon,
  };
}

// The numbers are float32, the arithmetic between them float64: no slower in JavaScript, and denormals cost nothing.
function updateRange({ parameter, moments, step, options }: AdamWUpdate, gradient: Float32Array, range: Range): void {
  const { kept, beta1, gain1, beta2, gain2, stepSize, correction, epsilon } = stepFactors(options, step);
  const { first, second } = moments;
  const shift = range.gradientFrom - range.from;
  for (let index = range.from; index < range.from + range.length; index += 1) {
    const slope = gradient[index + shift] ?? 0;
    const mean = beta1 * (first[index] ?? 0) + gain1 * slope;
    const variance = beta2 * (second[index] ?? 0) + gain2 * slope * slope;
    first[index] = mean;
    second[index] = variance;
    const step = (stepSize * mean) / (Math.sqrt(variance) * correction + epsilon);
    parameter[index] = (parameter[index] ?? 0) * kept - step;
  }
}
