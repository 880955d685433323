import { LevigateError } from '../../contract/errors.ts';
import { float32Data, tensor } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';

export interface BertConfig {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Width inside the feed-forward parts. */
  readonly innerWidth: number;
  readonly vocabularySize: number;
  readonly maxPositions: number;
  readonly tokenTypes: number;
  readonly layerNormEpsilon: number;
}

type Shape = readonly number[];

const tables: Readonly<Record<string, (config: BertConfig) => Shape>> = {
  'embeddings.word_embeddings.weight': ({ vocabularySize, width }) => [vocabularySize, width],
  'embeddings.position_embeddings.weight': ({ maxPositions, width }) => [maxPositions, width],
  'embeddings.token_type_embeddings.weight': ({ tokenTypes, width }) => [tokenTypes, width],
};

// Inputs and outputs of the linear layers of a block; everything else in it is a norm.
const linearLayers: Readonly<Record<string, (config: BertConfig) => Shape>> = {
  'attention.self.query': ({ width }) => [width, width],
  'attention.self.key': ({ width }) => [width, width],
  'attention.self.value': ({ width }) => [width, width],
  'attention.output.dense': ({ width }) => [width, width],
  'intermediate.dense': ({ width, innerWidth }) => [width, innerWidth],
  'output.dense': ({ width, innerWidth }) => [innerWidth, width],
};

/** Shape of a parameter in the graph: linear weights are `[in, out]`, the transpose of a checkpoint's. */
export function bertParameterShape(name: string, config: BertConfig): Shape {
  const table = tables[name];
  if (table !== undefined) return table(config);
  const [, layer, kind] = /^encoder\.layer\.\d+\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  const linear = linearLayers[layer ?? '']?.(config);
  if (linear === undefined) return [config.width];
  return kind === 'weight' ? linear : linear.slice(1);
}

/** Names of every parameter of the encoder, as in a checkpoint without its `bert.` prefix. */
export function bertParameterNames({ layers }: BertConfig): readonly string[] {
  const both = (path: string): readonly string[] => [`${path}.weight`, `${path}.bias`];
  const parts = [...Object.keys(linearLayers), 'attention.output.LayerNorm', 'output.LayerNorm'];
  const blocks = Array.from({ length: layers }, (_, layer) => parts.map((part) => `encoder.layer.${layer}.${part}`));
  return [...Object.keys(tables), ...both('embeddings.LayerNorm'), ...blocks.flat().flatMap(both)];
}

/**
 * The encoder's parameters out of a checkpoint, in the graph's layout. A leading `bert.` in the names is accepted; tensors the
 * encoder does not use (pooler, heads) are left.
 *
 * @throws LevigateError `backbone_invalid` naming the first tensor that is missing, of another shape, or not of floats.
 */
export function readBertParameters(
  checkpoint: Readonly<Record<string, Tensor>>,
  config: BertConfig,
): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(bertParameterNames(config).map((name) => [name, readParameter(checkpoint, name, config)]));
}

function readParameter(checkpoint: Readonly<Record<string, Tensor>>, name: string, config: BertConfig): Tensor {
  const found = checkpoint[name] ?? checkpoint[`bert.${name}`];
  if (found === undefined) throw invalid(`it has no '${name}'`);
  if (found.dtype !== 'float32') throw invalid(`'${name}' is ${found.dtype}, not a tensor of floats`);
  const dims = bertParameterShape(name, config);
  const isLinear = dims.length === 2 && tables[name] === undefined;
  const expected = isLinear ? dims.toReversed() : dims;
  if (found.dims.join() !== expected.join()) {
    throw invalid(
      `'${name}' has the shape [${found.dims.join(', ')}] where the configuration says [${expected.join(', ')}]`,
    );
  }
  return isLinear ? tensor(transposed(float32Data(found), expected), dims) : found;
}

function transposed(data: Float32Array, [rows = 0, columns = 0]: Shape): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) result[column * rows + row] = data[row * columns + column] ?? 0;
  }
  return result;
}

function invalid(reason: string): LevigateError {
  return new LevigateError('backbone_invalid', `The checkpoint cannot be read as a BERT encoder: ${reason}.`);
}
