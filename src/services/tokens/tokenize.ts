import type { Token } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { backboneOf } from '../models/backbone-of.ts';
import { askWorker } from '../predict/ask-worker.ts';

export interface TokenizeRequest {
  readonly model: string;
  readonly texts: readonly string[];
  readonly addSpecialTokens: boolean;
}

/** Texts as tokens of the model's backbone. */
export async function tokenize(
  ctx: Context,
  { model, texts, addSpecialTokens }: TokenizeRequest,
): Promise<readonly (readonly Token[])[]> {
  requireScope(ctx, 'predict');
  const { name } = await backboneOf(ctx, model);
  const request = { backbone: name, inputs: [...texts], add_special_tokens: addSpecialTokens };
  return (await askWorker(ctx, 'tokenize', request)).data;
}
