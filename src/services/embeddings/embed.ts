import type { EmbedInput, Truncation, WorkerResponse } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { backboneOf } from '../models/backbone-of.ts';
import { askEmbedder } from './ask-embedder.ts';
import { requireDimensions, toLength } from './to-length.ts';

export interface EmbedRequest {
  /** A backbone, or a fine-tuned model whose backbone is meant. */
  readonly model: string;
  readonly inputs: readonly EmbedInput[];
  readonly truncate?: Truncation;
  /** Whether each embedding becomes one of length 1; default true. */
  readonly normalize?: boolean;
  /** Keeps so many of the first numbers. */
  readonly dimensions?: number | undefined;
}

/** The backbone's pooled last layer of each input: what `/v1/embeddings` and every façade's embeddings are. */
export async function embed(
  ctx: Context,
  { model, inputs, truncate = 'end', normalize = true, dimensions }: EmbedRequest,
): Promise<WorkerResponse<'embed'>> {
  requireScope(ctx, 'predict');
  const { name } = await backboneOf(ctx, model);
  const answer = await askEmbedder(ctx, 'embed', { backbone: name, inputs: [...inputs], truncate });
  requireDimensions(dimensions, answer.data[0]?.length ?? 0);
  return { ...answer, data: answer.data.map((vector) => toLength(vector, { normalize, dimensions })) };
}
