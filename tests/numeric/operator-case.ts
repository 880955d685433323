import type { Shape, Value } from '../../src/engine/index.ts';
import type { ReferenceArray } from './reference-array.ts';
import { sizeOfDims } from './reference-array.ts';

/** An input of a case: float32 numbers within `range`, or the integers given. */
export interface CaseInput {
  readonly dims: readonly number[];
  readonly range: readonly [number, number];
  readonly integers: readonly number[] | null;
  /** Shape as the graph sees it. */
  readonly shape: Shape;
}

export interface OperatorCase {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly build: (inputs: readonly Value[]) => Value;
}

export const any = (...dims: readonly number[]): CaseInput => ({ dims, range: [-3, 3], integers: null, shape: dims });
export const positive = (...dims: readonly number[]): CaseInput => ({ ...any(...dims), range: [0.5, 3] });
export const indices = (integers: readonly number[], ...dims: readonly number[]): CaseInput => ({
  ...any(...dims),
  integers,
});
export const symbolic = (input: CaseInput, ...shape: Shape): CaseInput => ({ ...input, shape });

export function operatorCase<const I extends readonly CaseInput[]>(
  name: string,
  inputs: I,
  build: (...values: { [K in keyof I]: Value }) => Value,
): OperatorCase {
  return {
    name,
    inputs,
    // The test gives exactly one value per declared input.
    build: (values) => build(...(values as { [K in keyof I]: Value })),
  };
}

/** Numbers that are the same on every machine, exact in float32, all different and none of them at a kink. */
export function caseValues(input: CaseInput, seed: number): ReferenceArray {
  const { dims, range, integers } = input;
  if (integers !== null) return { dims, data: Float64Array.from(integers) };
  const [low, high] = range;
  let word = (seed * 7919 + 12345) % 65536;
  const data = Float64Array.from({ length: sizeOfDims(dims) }, () => {
    // Knuth's advice for a full period: multiplier 1 mod 4, increment odd.
    word = (word * 25173 + 13849) % 65536;
    return Math.fround(low + ((high - low) * (2 * word + 1)) / 131072);
  });
  return { dims, data };
}
