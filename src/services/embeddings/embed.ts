import type { EmbedInput, Truncation, WorkerResponse } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { askWorker } from '../predict/ask-worker.ts';
import { cacheSaltOf } from '../predict/cache-salt-of.ts';
import { backboneOf } from './backbone-of.ts';
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
  const cache_salt = await cacheSaltOf(ctx);
  const { priority } = ctx;
  const question = { backbone: name, cache_salt, inputs: [...inputs], truncate };
  const answer = await askWorker(ctx, 'embed', priority === undefined ? question : { ...question, priority });
  requireDimensions(dimensions, answer.data[0]?.length ?? 0);
  return { ...answer, data: answer.data.map((vector) => toLength(vector, { normalize, dimensions })) };
}
