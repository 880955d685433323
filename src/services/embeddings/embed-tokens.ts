import type { WorkerResponse } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { backboneOf } from '../models/backbone-of.ts';
import { askEmbedder } from './ask-embedder.ts';
import type { EmbedRequest } from './embed.ts';

/** The backbone's last layer at every token of each text, special tokens included. */
export async function embedTokens(
  ctx: Context,
  { model, inputs, truncate = 'end' }: Pick<EmbedRequest, 'model' | 'inputs' | 'truncate'>,
): Promise<WorkerResponse<'embed_tokens'>> {
  requireScope(ctx, 'predict');
  const { name } = await backboneOf(ctx, model);
  return askEmbedder(ctx, 'embed_tokens', { backbone: name, inputs: [...inputs], truncate });
}
