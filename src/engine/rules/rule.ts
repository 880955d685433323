import type { AttributeValue } from '../onnx/build.ts';
import type { Attributes, OpType } from '../graph/operators.ts';
import type { Inputs, Value, ValueType } from '../graph/types.ts';
import type { Shape } from '../shape/dimension.ts';

type Many = readonly Value[];

/** A tuple as long as I, of one type. */
export type Each<I extends Many, T> = { readonly [K in keyof I]: T };

/** What an operator is: its type, its gradient and its ONNX form. */
export interface OpRule<I extends Many, A> {
  /** @throws GraphError when the inputs do not fit; the message need not name the operator. */
  readonly infer: (inputs: I, attributes: A) => ValueType;
  /** One thunk per input, called only when that input's gradient is wanted; null where there is none. */
  readonly vjp: (application: Application<I, A>) => Cotangents<I>;
  readonly lower: (lowering: Lowering<I, A>) => void;
}

export type OpRules = { readonly [O in OpType]: OpRule<Inputs<O>, Attributes<O>> };

export interface Application<I extends Many, A> {
  readonly inputs: I;
  readonly attributes: A;
  readonly output: Value;
  /** Gradient of the loss by `output`, of the same shape. */
  readonly cotangent: Value;
}

export type Cotangents<I extends Many> = Each<I, (() => Value) | null>;

/** Where the nodes of one operator are written. Inputs and output are names. */
export interface Lowering<I extends Many, A> {
  readonly inputs: Each<I, string>;
  readonly inputShapes: Each<I, Shape>;
  readonly attributes: A;
  readonly output: string;
  readonly emitter: Emitter;
}

export interface Emitter {
  /** Adds a node and gives the name of its output, a fresh one unless given. */
  emit(node: EmittedNode): string;
  /** A vector of int64: axes, starts, shapes. */
  int64(values: readonly number[]): string;
  float32(value: number): string;
  /** An int64 vector with the sizes, read from the graph's inputs where they are symbolic. */
  shape(shape: Shape): string;
}

export interface EmittedNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly output?: string;
}

/** The ONNX operator of the same inputs, without attributes. */
export function lowerTo(opType: string): (lowering: Lowering<Many, unknown>) => void {
  return ({ inputs, output, emitter }) => {
    emitter.emit({ opType, inputs, output });
  };
}
