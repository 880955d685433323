import { createId } from '../../../contract/index.ts';
import type {
  ChatCompletion,
  ChatCompletionRequest,
  ChatToken,
  Prediction,
  TargetAnswer,
  Timings,
} from '../../../contract/index.ts';
import { prepareChat } from '../../../services/chat/prepare.ts';
import { toSeconds } from '../../../services/context.ts';
import type { Context } from '../../../services/context.ts';
import { predict } from '../../../services/predict/predict.ts';
import { answerForm } from './answer-form.ts';
import { checkChatRequest } from './check-request.ts';
import { writeAnswer } from './write-answer.ts';
import type { Piece } from './write-answer.ts';

export interface CompletedChat {
  readonly completion: ChatCompletion;
  /** The answer's text as it streams. */
  readonly tokens: readonly ChatToken[];
  readonly timings: Timings;
}

/** A classifier's answer to the last user message, as a chat model would give it. */
export async function completeChat(ctx: Context, request: ChatCompletionRequest): Promise<CompletedChat> {
  checkChatRequest(request);
  const { model, messages, levi, response_format: format } = request;
  const { input, answer: trained } = await prepareChat(ctx, { model, messages, fields: levi?.fields });
  const { response, timings } = await predict(ctx, { model, input });
  const [prediction] = response.data;
  if (!prediction) throw new Error('internal: a prediction without an answer');
  const targets = targetsOf(prediction);
  const form = answerForm({ format, trained, targets: [...targets.keys()] });
  const pieces = writeAnswer(form, targets);
  const tokens = pieces.map((piece) => toToken(piece, request.top_logprobs ?? 0));
  const content = pieces.map(({ text }) => text).join('');
  const { score, shift_score, disagreement } = prediction;
  const prompt = response.usage.input_tokens;
  const completion: ChatCompletion = {
    id: createId('chatCompletion'),
    object: 'chat.completion',
    created: toSeconds(ctx.services.clock.nowMs()),
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: request.logprobs ? { content: tokens, refusal: null } : null,
        finish_reason: 'stop',
        levi: { score, shift_score, disagreement },
      },
    ],
    usage: { prompt_tokens: prompt, completion_tokens: tokens.length, total_tokens: prompt + tokens.length },
    service_tier: 'default',
  };
  return { completion, tokens, timings };
}

const targetsOf = (prediction: Prediction): ReadonlyMap<string, TargetAnswer> =>
  new Map(Object.entries(prediction.targets ?? { label: prediction }));

/** OpenAI's lowest: JSON has no minus infinity. */
const IMPOSSIBLE = -9999;

const encoder = new TextEncoder();

function toToken({ text, probability, choices }: Piece, top: number): ChatToken {
  const fixed = choices.length === 0 ? [{ text, probability }] : choices;
  return { ...toLogprob({ text, probability }), top_logprobs: fixed.slice(0, top).map(toLogprob) };
}

const toLogprob = ({ text, probability }: Pick<Piece, 'text' | 'probability'>) => ({
  token: text,
  logprob: probability > 0 ? Math.log(probability) : IMPOSSIBLE,
  bytes: [...encoder.encode(text)],
});
