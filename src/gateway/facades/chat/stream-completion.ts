import { streamSSE } from 'hono/streaming';
import type { GatewayContext } from '../../gateway-env.ts';
import type { CompletedChat } from './complete.ts';

export interface StreamOptions {
  readonly logprobs: boolean;
  readonly includeUsage: boolean;
}

/** OpenAI's chunks: the role, the text token by token, the reason it ended, the usage where it is asked for, `[DONE]`. */
export function streamCompletion(
  c: GatewayContext,
  { completion, tokens }: CompletedChat,
  { logprobs, includeUsage }: StreamOptions,
): Response {
  const { id, created, model, service_tier, usage, choices } = completion;
  const chunk = (choices: readonly object[], used: object | null = null): string =>
    JSON.stringify({
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      service_tier,
      choices,
      ...(includeUsage ? { usage: used } : {}),
    });
  const delta = (delta: object, token: object | null = null, finish_reason: 'stop' | null = null): string =>
    chunk([{ index: 0, delta, logprobs: token, finish_reason, ...(finish_reason ? { levi: choices[0]?.levi } : {}) }]);
  const chunks = [
    delta({ role: 'assistant', content: '', refusal: null }),
    ...tokens.map((token) => delta({ content: token.token }, logprobs ? { content: [token], refusal: null } : null)),
    delta({}, null, 'stop'),
    ...(includeUsage ? [chunk([], usage)] : []),
    '[DONE]',
  ];
  return streamSSE(c, async (stream) => {
    for (const data of chunks) await stream.writeSSE({ data });
  });
}
