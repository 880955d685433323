import type { Extent, Sides } from '../graph/operators.ts';
import type { Value } from '../graph/types.ts';
import { staticDimensionAt } from '../shape/axes.ts';
import { add } from './elementwise.ts';
import { reduceMean } from './reduce.ts';
import { reshape } from './shape.ts';

interface WindowOptions {
  /** One number for height and width, or both. */
  readonly stride?: number | Extent;
  /** Zeros around the image: one number for all sides, or above, left, below and right. */
  readonly padding?: number | Sides;
}

interface ConvolutionOptions extends WindowOptions {
  readonly dilation?: number | Extent;
  /** Channels fall into so many groups that do not see each other; as many as channels: depthwise. */
  readonly groups?: number;
}

interface Conv2dOptions extends ConvolutionOptions {
  /** [M], added to each channel of the result. */
  readonly bias?: Value;
}

interface ConvTranspose2dOptions extends ConvolutionOptions {
  /** Rows below and columns on the right beyond the smallest image whose convolution has x's size; less than the stride. */
  readonly outputPadding?: number | Extent;
}

interface PoolingOptions extends WindowOptions {
  readonly size: number | Extent;
}

/** Images [B, C, H, W] with filters [M, C / groups, height, width]: [B, M, h, w]. Height and width must be known, the batch not. */
export function conv2d(x: Value, filters: Value, options: Conv2dOptions = {}): Value {
  const result = x.graph.apply('Conv', [x, filters], toConvolution(options));
  if (options.bias === undefined) return result;
  return add(result, reshape(options.bias, [staticDimensionAt(filters.shape, 0), 1, 1]));
}

/** The adjoint of `conv2d` by its images: [B, M, h, w] with filters [M, C / groups, height, width] give [B, C, H, W]. */
export function convTranspose2d(x: Value, filters: Value, options: ConvTranspose2dOptions = {}): Value {
  const outputPadding = toExtent(options.outputPadding ?? 0);
  return x.graph.apply('ConvTranspose', [x, filters], { ...toConvolution(options), outputPadding });
}

/** Largest of each window; padding never is. Equal largest elements share the gradient, as in `reduceMax`. Stride: the window's size. */
export function maxPool2d(x: Value, { size, stride = size, padding = 0 }: PoolingOptions): Value {
  const attributes = { kernel: toExtent(size), strides: toExtent(stride), pads: toSides(padding) };
  return x.graph.apply('MaxPool', [x], attributes);
}

/** Mean of each window without its padding. Stride: the window's size. */
export function averagePool2d(x: Value, { size, stride = size, padding = 0 }: PoolingOptions): Value {
  const attributes = { kernel: toExtent(size), strides: toExtent(stride), pads: toSides(padding) };
  return x.graph.apply('AveragePool', [x], attributes);
}

/** Mean over height and width: [B, C, H, W] to [B, C]. */
export function globalAveragePool(x: Value): Value {
  return reduceMean(x, [2, 3]);
}

function toConvolution({ stride = 1, dilation = 1, padding = 0, groups = 1 }: ConvolutionOptions) {
  return { strides: toExtent(stride), dilations: toExtent(dilation), pads: toSides(padding), groups };
}

function toExtent(size: number | Extent): Extent {
  return typeof size === 'number' ? [size, size] : size;
}

function toSides(padding: number | Sides): Sides {
  return typeof padding === 'number' ? [padding, padding, padding, padding] : padding;
}
