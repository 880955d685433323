import { gelu, linear, uniformArray } from '../../engine/index.ts';
import type { Random, Value } from '../../engine/index.ts';

/** Numbers of s that the fields give. */
export const FIELDS_OUTPUTS = 32;
const HIDDEN = 64;

const HIDDEN_WEIGHT = 'fields.hidden';
const HIDDEN_BIAS = 'fields.hidden_bias';
const OUTPUT_WEIGHT = 'fields.output';
const OUTPUT_BIAS = 'fields.output_bias';

type Shapes = Readonly<Record<string, readonly number[]>>;

/** `inputs`: embeddings and standardised numbers of a row, side by side. */
export function fieldsWeightShapes(inputs: number): Shapes {
  return {
    [HIDDEN_WEIGHT]: [inputs, HIDDEN],
    [HIDDEN_BIAS]: [1, HIDDEN],
    [OUTPUT_WEIGHT]: [HIDDEN, FIELDS_OUTPUTS],
    [OUTPUT_BIAS]: [1, FIELDS_OUTPUTS],
  };
}

/** Uniform within the inverse root of each layer's number of inputs, as a linear layer of PyTorch starts. */
export function initialFieldsWeights(inputs: number, random: Random): Readonly<Record<string, Float32Array>> {
  const [hidden, output] = [1 / Math.sqrt(inputs), 1 / Math.sqrt(HIDDEN)];
  return {
    [HIDDEN_WEIGHT]: uniformArray(random, inputs * HIDDEN, hidden),
    [HIDDEN_BIAS]: uniformArray(random, HIDDEN, hidden),
    [OUTPUT_WEIGHT]: uniformArray(random, HIDDEN * FIELDS_OUTPUTS, output),
    [OUTPUT_BIAS]: uniformArray(random, FIELDS_OUTPUTS, output),
  };
}

/** s of the fields, `[B, 32]`, from `[B, inputs]`. `weight` gives the graph's values by the names of `fieldsWeightShapes`. */
export function fieldsNetwork(inputs: Value, weight: (name: string) => Value): Value {
  const hidden = gelu(linear(inputs, weight(HIDDEN_WEIGHT), weight(HIDDEN_BIAS)));
  return linear(hidden, weight(OUTPUT_WEIGHT), weight(OUTPUT_BIAS));
}
