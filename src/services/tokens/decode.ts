import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { backboneOf } from '../models/backbone-of.ts';
import { askWorker } from '../predict/ask-worker.ts';

export interface DecodeRequest {
  readonly model: string;
  readonly ids: readonly (readonly number[])[];
  readonly skipSpecialTokens: boolean;
}

/** Token ids of the model's backbone as texts. */
export async function decode(
  ctx: Context,
  { model, ids, skipSpecialTokens }: DecodeRequest,
): Promise<readonly string[]> {
  requireScope(ctx, 'predict');
  const { name } = await backboneOf(ctx, model);
  const inputs = ids.map((row) => [...row]);
  return (await askWorker(ctx, 'decode', { backbone: name, inputs, skip_special_tokens: skipSpecialTokens })).data;
}
