import { z } from 'zod';
import { LevigateError } from '../../../../src/contract/errors.ts';
import { listMistakes } from '../../../../src/contract/mistakes.ts';
import type { BertConfig } from '../../../../src/engine/encoders/bert-parameters.ts';

const size = z.int().positive();

// What the graph we write computes; a configuration that asks for anything else must be refused, not approximated.
const bertConfig = z.looseObject({
  model_type: z.literal('bert', { error: 'only the BERT family (model_type "bert") is written from safetensors' }),
  hidden_act: z.literal('gelu', { error: 'only the exact "gelu" is supported' }),
  position_embedding_type: z
    .literal('absolute', { error: 'only "absolute" positions are supported' })
    .default('absolute'),
  is_decoder: z.literal(false, { error: 'a decoder has another attention mask' }).default(false),
  num_hidden_layers: size,
  hidden_size: size,
  num_attention_heads: size,
  intermediate_size: size,
  vocab_size: size,
  max_position_embeddings: size,
  type_vocab_size: size,
  layer_norm_eps: z.number().positive().default(1e-12),
});

/** A checkpoint's config.json. @throws LevigateError `backbone_invalid` for what the written graph would not compute. */
export function parseBertConfig(config: unknown): BertConfig {
  const parsed = bertConfig.safeParse(config);
  if (!parsed.success) throw invalid(listMistakes(parsed.error).join('; '));
  const { data } = parsed;
  if (data.hidden_size % data.num_attention_heads !== 0)
    throw invalid('hidden_size is not a multiple of num_attention_heads');
  return {
    layers: data.num_hidden_layers,
    width: data.hidden_size,
    heads: data.num_attention_heads,
    innerWidth: data.intermediate_size,
    vocabularySize: data.vocab_size,
    maxPositions: data.max_position_embeddings,
    tokenTypes: data.type_vocab_size,
    layerNormEpsilon: data.layer_norm_eps,
  };
}

function invalid(reason: string): LevigateError {
  return new LevigateError(
    'backbone_invalid',
    `The backbone's config.json cannot be used: ${reason}. Use the model's ONNX export (onnx/model.onnx) instead.`,
  );
}
