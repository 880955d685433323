import type { DType, Tensor } from '../tensor.ts';
import type { Shape } from '../shape/dimension.ts';
import type { Arity, Attributes, Operators, OpType } from './operators.ts';

export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
}

interface Reads extends Record<Arity, { readonly inputs: readonly Value[] }> {
  readonly 0: { readonly inputs: readonly [] };
  readonly 1: { readonly inputs: readonly [Value] };
  readonly 2: { readonly inputs: readonly [Value, Value] };
  readonly 3: { readonly inputs: readonly [Value, Value, Value] };
  readonly many: { readonly inputs: readonly Value[] };
}

/** The values that an operator reads. */
export type Inputs<O extends OpType> = Reads[Operators[O]['reads']]['inputs'];

export interface Node<O extends OpType = OpType> {
  readonly op: O;
  readonly inputs: Inputs<O>;
  readonly attributes: Attributes<O>;
}

export type Origin =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'constant'; readonly tensor: Tensor }
  | { readonly kind: 'node'; readonly node: Node };

/** A tensor that will be there when the graph runs. */
export interface Value extends ValueType {
  /** Position among the graph's values; inputs of a node have smaller ones. */
  readonly id: number;
  readonly graph: Graph;
  readonly origin: Origin;
}

export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

/** A growing graph. Operators are functions on its values; what leads to no output costs nothing when lowered. */
export interface Graph {
  readonly values: readonly Value[];
  /** Inputs and parameters, in the order they were made. */
  readonly inputs: readonly NamedValue[];
  readonly outputs: ReadonlyMap<string, Value>;
  /** A value fed at every run; strings in `shape` are symbolic dimensions. */
  input(name: string, dtype: DType, shape: Shape): Value;
  /** A float32 value that training changes; fed at every run unless lowered as a weight. */
  parameter(name: string, dims: readonly number[]): Value;
  constant(tensor: Tensor): Value;
  scalar(value: number, dtype?: DType): Value;
  output(name: string, value: Value): void;
  /** The operator's result; an equal expression gives the value made before. @throws GraphError when shapes do not fit. */
  apply<O extends OpType>(op: O, inputs: Inputs<O>, attributes: Attributes<O>): Value;
}
