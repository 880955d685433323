import { LevigateError, LIMITS } from '../../contract/index.ts';
import type { EmbedInput, EmbeddingsRequest, EmbeddingsResponse, Timings } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { findBackbone } from '../models/find-backbone.ts';
import { backboneOf } from '../models/backbone-of.ts';
import type { NamedBackbone } from '../models/backbone-of.ts';
import { embed } from './embed.ts';
import { toLength } from './to-length.ts';

export interface EmbeddingsResult {
  readonly response: EmbeddingsResponse;
  readonly timings: Timings;
}

/** OpenAI's answer: a vector of unit length per input. Rejects with `unsupported_option` where `dimensions` would mean nothing. */
export async function createEmbeddings(
  ctx: Context,
  { model, input, dimensions, encoding_format: format }: EmbeddingsRequest,
): Promise<EmbeddingsResult> {
  assertNotOpenAi(ctx, model);
  const inputs = toInputs(input);
  assertBounded(inputs);
  const { data, truncated, usage, timings } = await embed(ctx, { model, inputs });
  const width = data[0]?.length ?? 0;
  const isCut = dimensions !== undefined && dimensions !== width;
  if (isCut) assertCuttable(await backboneOf(ctx, model), { dimensions, width });
  const vectors = isCut ? data.map((vector) => toLength(vector, { normalize: true, dimensions })) : data;
  const encode = format === 'base64' ? toBase64 : (vector: number[]): number[] => vector;
  const { input_tokens: tokens } = usage;
  const response: EmbeddingsResponse = {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens, truncated_inputs: truncated },
  };
  return { response, timings };
}

/** No other model gives the vectors that were stored with OpenAI's, so that none may stand for it. */
function assertNotOpenAi({ services }: Context, model: string): void {
  if (!model.startsWith('text-embedding-') || findBackbone(services, model)) return;
  const backbones = Object.keys(services.settings.backbones).join(', ');
  throw new LevigateError(
    'model_not_found',
    `"${model}" is OpenAI's, and no other model gives its vectors. Embed everything anew with one of ${backbones}.`,
    { param: 'model' },
  );
}

/** Numbers alone are one input of token ids. */
function toInputs(input: EmbeddingsRequest['input']): EmbedInput[] {
  if (typeof input === 'string') return [{ text: input }];
  const tokens = input.filter((item) => typeof item === 'number');
  if (tokens.length > 0) return [{ tokens }];
  return input.flatMap((item): EmbedInput[] => {
    if (typeof item === 'string') return [{ text: item }];
    return typeof item === 'number' ? [] : [{ tokens: item }];
  });
}

/** Texts are cut to what the backbone reads, and so bound by their number. */
function assertBounded(inputs: readonly EmbedInput[]): void {
  const tokens = inputs.reduce((sum, input) => sum + ('tokens' in input ? input.tokens.length : 0), 0);
  if (tokens <= LIMITS.embeddingRequestTokens) return;
  throw new LevigateError(
    'invalid_request',
    `"input" holds ${tokens} tokens, more than the ${LIMITS.embeddingRequestTokens} of one request: send fewer at once`,
    { param: 'input' },
  );
}

function assertCuttable(
  { name, dimensions: lengths = [] }: NamedBackbone,
  { dimensions, width }: { readonly dimensions: number; readonly width: number },
): void {
  const shorter = lengths.filter((length) => length < width);
  if (shorter.includes(dimensions)) return;
  const why =
    shorter.length === 0
      ? 'was not trained to be cut, so that a part of its vectors means nothing'
      : 'can be cut to some lengths';
  throw new LevigateError(
    'unsupported_option',
    `dimensions: ${name} ${why}: give ${[...shorter, width].join(', ')}, or leave it out`,
    { param: 'dimensions' },
  );
}

/** Clients read little-endian float32, which every machine of ours writes. */
function toBase64(vector: readonly number[]): string {
  const bytes = new Uint8Array(Float32Array.from(vector).buffer);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
