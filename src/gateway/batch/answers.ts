import type { z } from 'zod';
import { ChatCompletionRequest, EmbeddingsRequest, PredictRequest } from '../../contract/index.ts';
import type { BatchEndpoint } from '../../contract/index.ts';
import type { AnswerRequest, Answered } from '../../services/batches/answer-request.ts';
import type { Context } from '../../services/context.ts';
import { createEmbeddings } from '../../services/embeddings/create.ts';
import { predict } from '../../services/predict/predict.ts';
import { toInvalidRequest } from '../errors/invalid-request.ts';
import { completeChat } from '../facades/chat/complete.ts';

/** What the lines of a batch are answered with: the same as the routes answer. */
export const BATCH_ANSWERS = {
  '/v1/predict': answerWith(PredictRequest, async (ctx, request) => {
    const { response } = await predict(ctx, request);
    return { body: response, inputTokens: response.usage.input_tokens, outputTokens: 0 };
  }),
  '/v1/embeddings': answerWith(EmbeddingsRequest, async (ctx, request) => {
    const { response } = await createEmbeddings(ctx, request);
    return { body: response, inputTokens: response.usage.prompt_tokens, outputTokens: 0 };
  }),
  '/v1/chat/completions': answerWith(ChatCompletionRequest, async (ctx, request) => {
    const { completion } = await completeChat(ctx, request);
    const { prompt_tokens, completion_tokens } = completion.usage;
    return { body: completion, inputTokens: prompt_tokens, outputTokens: completion_tokens };
  }),
} as const satisfies Record<BatchEndpoint, AnswerRequest>;

function answerWith<Schema extends z.ZodType>(
  schema: Schema,
  answer: (ctx: Context, request: z.infer<Schema>) => Promise<Answered>,
): AnswerRequest {
  return async (ctx, body) => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw toInvalidRequest(parsed.error);
    return answer(ctx, parsed.data);
  };
}
