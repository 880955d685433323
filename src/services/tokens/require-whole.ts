import { LevigateError } from '../../contract/index.ts';
import { backboneOf } from '../models/backbone-of.ts';
import type { Context } from '../context.ts';
import { tokenize } from './tokenize.ts';

/** Rejects with `invalid_request` where a text is longer than the model's backbone reads, which would be cut otherwise. */
export async function requireWhole(
  ctx: Context,
  { model, texts }: { readonly model: string; readonly texts: readonly string[] },
): Promise<void> {
  const { maxTokens } = await backboneOf(ctx, model);
  if (maxTokens === null) return;
  const counts = (await tokenize(ctx, { model, texts, addSpecialTokens: true })).map(({ length }) => length);
  const longest = Math.max(...counts);
  if (longest <= maxTokens) return;
  throw new LevigateError('invalid_request', `\`inputs\` must have less than ${maxTokens} tokens. Given: ${longest}`, {
    param: 'inputs',
  });
}
