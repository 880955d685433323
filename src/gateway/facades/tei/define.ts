import { z } from '@hono/zod-openapi';
import { json } from '../../openapi/responses.ts';

const Failure = z.object({ error: z.string(), error_type: z.string() }).openapi('TeiError');

/** At the root of a port of its own no path names the model; under the prefix each does. */
const params = z.object({
  model: z
    .string()
    .optional()
    .openapi({ param: { name: 'model', in: 'path', required: true } }),
});

const tags = ['Text Embeddings Inference'];

const failures = {
  401: json(Failure, 'No valid API key'),
  403: json(Failure, 'The key lacks a scope'),
  404: json(Failure, 'No such model'),
  429: json(Failure, 'Overloaded'),
};

/** A route of TEI that takes a JSON body. */
export const teiPost = <Path extends string, Body extends z.ZodType, Answer extends z.ZodType>(
  path: Path,
  { body, answer, summary }: { readonly body: Body; readonly answer: Answer; readonly summary: string },
) => ({
  method: 'post' as const,
  path,
  tags,
  summary,
  request: { params, body: { required: true, content: { 'application/json': { schema: body } } } },
  responses: {
    200: json(answer, 'As TEI 1.9 answers'),
    ...failures,
    400: json(Failure, 'Empty'),
    413: json(Failure, 'Validation: too long, too many'),
    422: json(Failure, 'Validation: not of this form'),
    424: json(Failure, 'Backend: the worker failed, or the model has no such answer'),
    503: json(Failure, 'Unhealthy: no worker'),
  },
});

const OpenAiFailure = z
  .object({
    message: z.string(),
    code: z.int(),
    type: z.string(),
    error: z.object({ message: z.string(), type: z.string(), param: z.null(), code: z.null() }),
  })
  .openapi('TeiOpenAiError');

/** As `teiPost`, with failures in the form that TEI has for OpenAI's clients. */
export const teiOpenAiPost = <Path extends string, Body extends z.ZodType, Answer extends z.ZodType>(
  path: Path,
  options: { readonly body: Body; readonly answer: Answer; readonly summary: string },
) => {
  const route = teiPost(path, options);
  const statuses = [400, 401, 403, 404, 413, 422, 424, 429, 503] as const;
  const own = statuses.map((status) => [status, json(OpenAiFailure, route.responses[status].description)]);
  // The same statuses with another body; a handler throws its failures and answers 200 alone.
  const responses = Object.fromEntries(own) as Record<
    (typeof statuses)[number],
    ReturnType<typeof json<typeof OpenAiFailure>>
  >;
  return { ...route, responses: { ...responses, 200: route.responses[200] } };
};

/** What is asked of the model itself. */
export const teiGet = <Path extends string, Answer extends z.ZodType>(
  path: Path,
  { answer, summary }: { readonly answer: Answer; readonly summary: string },
) => ({
  method: 'get' as const,
  path,
  tags,
  summary,
  request: { params },
  responses: { 200: json(answer, 'As TEI 1.9 answers'), ...failures },
});

/** What watchers ask, without a key. */
export const teiWatch = <Path extends string>(path: Path, summary: string) => ({
  method: 'get' as const,
  path,
  tags,
  summary,
  security: [],
  request: { params },
});

/** Whether a worker is there to answer. */
export const teiHealth = <Path extends string>(path: Path) => ({
  ...teiWatch(path, 'Whether a worker is there'),
  responses: { 200: { description: 'Yes' }, 503: json(Failure, 'No') },
});
