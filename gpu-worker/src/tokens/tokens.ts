import { LevigateError } from '../../../src/contract/errors.ts';
import type { WorkerRequest, WorkerResponse } from '../../../src/contract/worker-verbs.ts';
import type { EmbedDependencies } from '../embed/embed.ts';
import { requireBackbone } from '../predict/require-backbone.ts';
import type { Tokenizer } from '../tokenizer/load-tokenizer.ts';

/** Texts as the backbone's tokens. */
export function createTokenize(dependencies: EmbedDependencies) {
  return async ({
    backbone,
    inputs,
    add_special_tokens,
  }: WorkerRequest<'tokenize'>): Promise<WorkerResponse<'tokenize'>> => {
    const tokenizer = await tokenizerOf(dependencies, backbone);
    return { data: inputs.map((text) => [...tokenizer.describe(text, { addSpecialTokens: add_special_tokens })]) };
  };
}

/** The backbone's tokens as texts. */
export function createDecode(dependencies: EmbedDependencies) {
  return async ({
    backbone,
    inputs,
    skip_special_tokens,
  }: WorkerRequest<'decode'>): Promise<WorkerResponse<'decode'>> => {
    const tokenizer = await tokenizerOf(dependencies, backbone);
    return { data: inputs.map((ids, index) => decodeRow(tokenizer, ids, { skip_special_tokens, index })) };
  };
}

async function tokenizerOf({ backbones, readyWithinMs = 1_000 }: EmbedDependencies, name: string): Promise<Tokenizer> {
  const backbone = await requireBackbone(backbones, name, { withinMs: readyWithinMs });
  if (backbone.modality === 'text') return backbone.tokenizer;
  throw new LevigateError('unsupported_option', `${name} reads images, which have no tokens.`, { param: 'model' });
}

function decodeRow(
  tokenizer: Tokenizer,
  ids: readonly number[],
  { skip_special_tokens, index }: { readonly skip_special_tokens: boolean; readonly index: number },
): string {
  try {
    return tokenizer.decode(ids, { skipSpecialTokens: skip_special_tokens });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const param = `input.${index}`;
    throw new LevigateError('invalid_request', `"${param}" cannot be decoded: ${cause.message}.`, { param, cause });
  }
}
