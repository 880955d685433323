import { float32Data, tensor } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import type { TrainedParameter } from './trainer-state.ts';

/** A parameter's place in the vectors that hold all of them. */
export interface FlatParameter {
  readonly parameter: TrainedParameter;
  readonly from: number;
  readonly to: number;
}

/** The vectors of a training run, by name. */
export const VECTORS = ['parameters', 'first', 'second'] as const;
export type Vectors = Readonly<Record<(typeof VECTORS)[number], Tensor>>;

export function layOutFlat(parameters: readonly TrainedParameter[]): readonly FlatParameter[] {
  let position = 0;
  return parameters.map((parameter) => {
    const from = position;
    position += parameter.data.length;
    return { parameter, from, to: position };
  });
}

export function gatherVectors(layout: readonly FlatParameter[]): Vectors {
  return {
    parameters: join(layout, ({ data }) => data),
    first: join(layout, ({ moments }) => moments.first),
    second: join(layout, ({ moments }) => moments.second),
  };
}

/** Copies the vectors into the parameters' own arrays. */
export function scatterVectors(layout: readonly FlatParameter[], vectors: Vectors): void {
  const { parameters, first, second } = vectors;
  for (const { parameter, from, to } of layout) {
    parameter.data.set(float32Data(parameters).subarray(from, to));
    parameter.moments.first.set(float32Data(first).subarray(from, to));
    parameter.moments.second.set(float32Data(second).subarray(from, to));
  }
}

function join(layout: readonly FlatParameter[], arrayOf: (parameter: TrainedParameter) => Float32Array): Tensor {
  const joined = new Float32Array(layout.at(-1)?.to ?? 0);
  for (const { parameter, from } of layout) joined.set(arrayOf(parameter), from);
  return tensor(joined);
}
