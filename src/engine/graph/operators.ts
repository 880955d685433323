import type { DType } from '../tensor.ts';
import type { Dimension, Shape } from '../shape/dimension.ts';
import type { Value } from './types.ts';

type One = readonly [Value];
type Two = readonly [Value, Value];
type Three = readonly [Value, Value, Value];
type Many = readonly Value[];
type None = Readonly<Record<string, never>>;

interface Operator<Inputs extends Many, Attributes = None> {
  readonly inputs: Inputs;
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

/** Every operator of the graph: its inputs and attributes. Axes are counted from the front; one output each. */
export interface Operators {
  /** Counts from 0 to below `size`. */
  Iota: Operator<readonly [], { readonly size: Dimension }>;
  Add: Operator<Two>;
  Sub: Operator<Two>;
  Mul: Operator<Two>;
  Div: Operator<Two>;
  Max: Operator<Two>;
  Min: Operator<Two>;
  Neg: Operator<One>;
  Sqrt: Operator<One>;
  Exp: Operator<One>;
  Log: Operator<One>;
  Erf: Operator<One>;
  Tanh: Operator<One>;
  Sigmoid: Operator<One>;
  Relu: Operator<One>;
  Gelu: Operator<One>;
  Pow: Operator<One, { readonly exponent: number }>;
  Equal: Operator<Two>;
  Greater: Operator<Two>;
  /** Condition, then, otherwise. */
  Where: Operator<Three>;
  Cast: Operator<One, { readonly to: DType }>;
  MatMul: Operator<Two>;
  /** Product of two matrices, each transposed first where said. */
  Gemm: Operator<Two, { readonly transposeLeft: boolean; readonly transposeRight: boolean }>;
  Transpose: Operator<One, { readonly permutation: readonly number[] }>;
  Reshape: Operator<One, { readonly shape: Shape }>;
  Expand: Operator<One, { readonly shape: Shape }>;
  Unsqueeze: Operator<One, { readonly axes: readonly number[] }>;
  Squeeze: Operator<One, { readonly axes: readonly number[] }>;
  Concat: Operator<Many, { readonly axis: number }>;
  Slice: Operator<One, { readonly axis: number; readonly start: number; readonly end: number }>;
  /** Zeros before and after along one axis. */
  Pad: Operator<One, { readonly axis: number; readonly before: number; readonly after: number }>;
  /** Data, indices. */
  Gather: Operator<Two, { readonly axis: number }>;
  GatherElements: Operator<Two, { readonly axis: number }>;
  /** Data, indices, updates: data plus every update at its index, repeated indices summed. */
  ScatterElementsAdd: Operator<Three, { readonly axis: number }>;
  ReduceSum: Operator<One, Reduction>;
  ReduceMean: Operator<One, Reduction>;
  ReduceMax: Operator<One, Reduction>;
  Softmax: Operator<One, { readonly axis: number }>;
  LogSoftmax: Operator<One, { readonly axis: number }>;
  /** Input, scale, bias; over the last axis. */
  LayerNormalization: Operator<Three, { readonly epsilon: number }>;
  /** Images [B, C, H, W], filters [M, C / groups, height, width]. */
  Conv: Operator<Two, Convolution>;
  /** The adjoint of Conv by its images: [B, M, h, w] and the same filters give [B, C, H, W]. */
  ConvTranspose: Operator<Two, Convolution & { readonly outputPadding: Extent }>;
  MaxPool: Operator<One, Pooling>;
  /** Mean of what lies in the image; padding does not count. */
  AveragePool: Operator<One, Pooling>;
}

export type OpType = keyof Operators;
export type Inputs<O extends OpType> = Operators[O]['inputs'];
export type Attributes<O extends OpType> = Operators[O]['attributes'];
