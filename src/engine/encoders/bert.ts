import { add, cast, gelu, mul, sub } from '../ops/elementwise.ts';
import { gather } from '../ops/gather.ts';
import { iota } from '../ops/iota.ts';
import { linear, matmul, transpose } from '../ops/matrix.ts';
import { layerNorm, softmax } from '../ops/normalise.ts';
import { reshape, slice } from '../ops/shape.ts';
import type { Graph, Value } from '../graph/types.ts';
import { bertParameterShape } from './bert-parameters.ts';
import type { BertConfig } from './bert-parameters.ts';

export interface BertInputs {
  /** `[B, S]` int32. */
  readonly inputIds: Value;
  /** `[B, S]` int32; 1 for tokens, 0 for padding. */
  readonly attentionMask: Value;
}

// Added to the score of a padded token: far below any score, yet finite, so that a row of padding alone stays finite.
const maskedScore = 1e9;

/**
 * The encoder of BERT (Devlin et al., arXiv 1810.04805): post-norm blocks, exact GELU, absolute positions, every text of token
 * type 0. Its weights become parameters of the graph, named as in a Hugging Face checkpoint.
 *
 * @returns hidden states `[B, S, width]`: the embeddings, then each block's output.
 */
export function bertHiddenStates(
  graph: Graph,
  { inputIds, attentionMask }: BertInputs,
  config: BertConfig,
): readonly Value[] {
  const parameter = (name: string): Value => graph.parameter(name, bertParameterShape(name, config));
  const dense = (name: string, x: Value): Value => linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
  const norm = (name: string, x: Value): Value =>
    layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), config.layerNormEpsilon);
  const scoreBias = maskBias(attentionMask);
  const states = [norm('embeddings.LayerNorm', embed(inputIds, parameter))];
  for (let layer = 0; layer < config.layers; layer += 1) {
    const x = states.at(-1) ?? inputIds;
    const path = `encoder.layer.${layer}`;
    const [query, key, value] = (['query', 'key', 'value'] as const).map((part) =>
      dense(`${path}.attention.self.${part}`, x),
    );
    if (query === undefined || key === undefined || value === undefined) throw new Error('internal: three projections');
    const mixed = attend({ query, key, value }, scoreBias, config);
    const attended = norm(`${path}.attention.output.LayerNorm`, add(dense(`${path}.attention.output.dense`, mixed), x));
    const inner = gelu(dense(`${path}.intermediate.dense`, attended));
    states.push(norm(`${path}.output.LayerNorm`, add(dense(`${path}.output.dense`, inner), attended)));
  }
  return states;
}

function embed(inputIds: Value, parameter: (name: string) => Value): Value {
  const length = inputIds.shape[1] ?? 1;
  const words = gather(parameter('embeddings.word_embeddings.weight'), inputIds);
  const positions = gather(parameter('embeddings.position_embeddings.weight'), iota(inputIds.graph, length));
  const type = slice(parameter('embeddings.token_type_embeddings.weight'), 0, 0, 1);
  return add(words, add(positions, type));
}

/** `[B, 1, 1, S]`, to be added to scores `[B, heads, S, S]`. */
function maskBias(attentionMask: Value): Value {
  const [batch = 1, length = 1] = attentionMask.shape;
  return reshape(mul(sub(cast(attentionMask, 'float32'), 1), maskedScore), [batch, 1, 1, length]);
}

interface Projections {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
}

function attend({ query, key, value }: Projections, scoreBias: Value, { heads, width }: BertConfig): Value {
  const size = width / heads;
  const [batch = 1, length = 1] = query.shape;
  const split = (x: Value, permutation: readonly number[]): Value =>
    transpose(reshape(x, [batch, length, heads, size]), permutation);
  const scores = mul(matmul(split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1])), 1 / Math.sqrt(size));
  const mixed = matmul(softmax(add(scores, scoreBias)), split(value, [0, 2, 1, 3]));
  return reshape(transpose(mixed, [0, 2, 1, 3]), [batch, length, width]);
}
