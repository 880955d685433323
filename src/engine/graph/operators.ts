import type { DType } from '../tensor.ts';
import type { Dimension, Shape } from '../shape/dimension.ts';

type None = Readonly<Record<string, never>>;

/** How many values an operator reads. */
export type Arity = 0 | 1 | 2 | 3 | 'many';

interface Operator<Reads extends Arity, Attributes = None> {
  readonly reads: Reads;
  readonly attributes: Attributes;
}

interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** Along height and width. */
export type Extent = readonly [number, number];
/** Above, left, below, right. */
export type Sides = readonly [number, number, number, number];

export interface Convolution {
  readonly strides: Extent;
  readonly dilations: Extent;
  readonly pads: Sides;
  /** Channels fall into so many groups that do not see each other. */
  readonly groups: number;
}

export interface Pooling {
  readonly kernel: Extent;
  readonly strides: Extent;
  readonly pads: Sides;
}

/** Every operator of the graph: how many values it reads, and its attributes. Axes are counted from the front; one output each. */
export interface Operators {
  /** Counts from 0 to below `size`. */
  Iota: Operator<0, { readonly size: Dimension }>;
  Add: Operator<2>;
  Sub: Operator<2>;
  Mul: Operator<2>;
  Div: Operator<2>;
  Max: Operator<2>;
  Min: Operator<2>;
  Neg: Operator<1>;
  Sqrt: Operator<1>;
  Exp: Operator<1>;
  Log: Operator<1>;
  Erf: Operator<1>;
  Tanh: Operator<1>;
  Sigmoid: Operator<1>;
  Relu: Operator<1>;
  Gelu: Operator<1>;
  Pow: Operator<1, { readonly exponent: number }>;
  Equal: Operator<2>;
  Greater: Operator<2>;
  /** Condition, then, otherwise. */
  Where: Operator<3>;
  Cast: Operator<1, { readonly to: DType }>;
  MatMul: Operator<2>;
  /** Product of two matrices, each transposed first where said. */
  Gemm: Operator<2, { readonly transposeLeft: boolean; readonly transposeRight: boolean }>;
  Transpose: Operator<1, { readonly permutation: readonly number[] }>;
  Reshape: Operator<1, { readonly shape: Shape }>;
  Expand: Operator<1, { readonly shape: Shape }>;
  Unsqueeze: Operator<1, { readonly axes: readonly number[] }>;
  Squeeze: Operator<1, { readonly axes: readonly number[] }>;
  Concat: Operator<'many', { readonly axis: number }>;
  Slice: Operator<1, { readonly axis: number; readonly start: number; readonly end: number }>;
  /** Zeros before and after along one axis. */
  Pad: Operator<1, { readonly axis: number; readonly before: number; readonly after: number }>;
  /** Data, indices. */
  Gather: Operator<2, { readonly axis: number }>;
  GatherElements: Operator<2, { readonly axis: number }>;
  /** Data, indices, updates: data plus every update at its index, repeated indices summed. */
  ScatterElementsAdd: Operator<3, { readonly axis: number }>;
  ReduceSum: Operator<1, Reduction>;
  ReduceMean: Operator<1, Reduction>;
  ReduceMax: Operator<1, Reduction>;
  Softmax: Operator<1, { readonly axis: number }>;
  LogSoftmax: Operator<1, { readonly axis: number }>;
  /** Input, scale, bias; over the last axis. */
  LayerNormalization: Operator<3, { readonly epsilon: number }>;
  /** Images [B, C, H, W], filters [M, C / groups, height, width]. */
  Conv: Operator<2, Convolution>;
  /** The adjoint of Conv by its images: [B, M, h, w] and the same filters give [B, C, H, W]. */
  ConvTranspose: Operator<2, Convolution & { readonly outputPadding: Extent }>;
  MaxPool: Operator<1, Pooling>;
  /** Mean of what lies in the image; padding does not count. */
  AveragePool: Operator<1, Pooling>;
}

export type OpType = keyof Operators;
export type Attributes<O extends OpType> = Operators[O]['attributes'];
