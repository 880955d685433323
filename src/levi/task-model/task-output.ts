import { concat } from '../../engine/index.ts';
import type { Random, Value } from '../../engine/index.ts';
import { FIELDS_OUTPUTS, fieldsNetwork, fieldsWeightShapes, initialFieldsWeights } from './fields-network.ts';
import { IMAGE_OUTPUTS, imageNetwork, imageWeightShapes, initialImageWeights } from './image-network.ts';

/** Which of its networks a task model has, beside the n-gram scores that every one has. */
export interface TaskModelSpec {
  /** Embeddings and numbers of a row, side by side; 0 without fields. */
  readonly fieldInputs: number;
  /** Height and width of the images; 0 without. */
  readonly imageSize: number;
}

/** m: one score per output from the n-grams, then the fields' numbers, then the images'. */
export function taskWidth({ fieldInputs, imageSize }: TaskModelSpec, outputs: number): number {
  return outputs + (fieldInputs > 0 ? FIELDS_OUTPUTS : 0) + (imageSize > 0 ? IMAGE_OUTPUTS : 0);
}

/** Weights of the networks, by name. Tables stay on the host and are not among them. */
export function taskWeightShapes({
  fieldInputs,
  imageSize,
}: TaskModelSpec): Readonly<Record<string, readonly number[]>> {
  return {
    ...(fieldInputs > 0 ? fieldsWeightShapes(fieldInputs) : {}),
    ...(imageSize > 0 ? imageWeightShapes() : {}),
  };
}

export function initialTaskWeights(
  { fieldInputs, imageSize }: TaskModelSpec,
  random: Random,
): Readonly<Record<string, Float32Array>> {
  return {
    ...(fieldInputs > 0 ? initialFieldsWeights(fieldInputs, random) : {}),
    ...(imageSize > 0 ? initialImageWeights(random) : {}),
  };
}

export interface TaskValues {
  /** `[B, outputs]`, gathered on the host. */
  readonly ngrams: () => Value;
  /** `[B, fieldInputs]`, gathered on the host. */
  readonly fields: () => Value;
  /** `[B, 3, size, size]` */
  readonly images: () => Value;
  /** By the names of `taskWeightShapes`. */
  readonly weight: (name: string) => Value;
}

/** s = g(x), `[B, m]`. */
export function taskOutput(spec: TaskModelSpec, values: TaskValues): Value {
  return concat([values.ngrams(), ...networkOutputs(spec, values)], -1);
}

/** s without the n-gram scores: `[B, 32]` of the fields, `[B, 64]` of the images, those there are. */
export function networkOutputs(
  { fieldInputs, imageSize }: TaskModelSpec,
  { fields, images, weight }: Omit<TaskValues, 'ngrams'>,
): readonly Value[] {
  return [
    ...(fieldInputs > 0 ? [fieldsNetwork(fields(), weight)] : []),
    ...(imageSize > 0 ? [imageNetwork(images(), weight)] : []),
  ];
}
