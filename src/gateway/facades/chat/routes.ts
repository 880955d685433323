import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ChatCompletion, ChatCompletionRequest } from '../../../contract/index.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { EVENT_STREAM, failures, json } from '../../openapi/responses.ts';
import { setTimings } from '../../routes/predict/set-timings.ts';
import { completeChat } from './complete.ts';
import { streamCompletion } from './stream-completion.ts';

const route = createRoute({
  method: 'post',
  path: '/chat/completions',
  tags: ['OpenAI'],
  summary: 'Ask a fine-tuned classifier as if it were a chat model',
  description:
    'The answer is the label, or the JSON object that the training file answered with; `response_format` with a JSON Schema of choices is honoured. ' +
    '`logprobs` are those of the labels. With `stream`: server-sent events as OpenAI sends them.',
  request: { body: { required: true, content: { 'application/json': { schema: ChatCompletionRequest } } } },
  responses: {
    200: {
      ...json(ChatCompletion, 'The answer, or its chunks'),
      content: {
        'application/json': { schema: ChatCompletion },
        'text/event-stream': EVENT_STREAM,
      },
    },
    ...failures(400, 404, 502, 503, 504),
  },
});

export const registerChat = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const request = c.req.valid('json');
    const completed = await completeChat(c.get('context'), request);
    setTimings(c, completed.timings);
    if (!request.stream) return c.json(completed.completion, 200);
    return streamCompletion(c, completed, {
      logprobs: request.logprobs === true,
      includeUsage: request.stream_options?.include_usage === true,
    });
  });
