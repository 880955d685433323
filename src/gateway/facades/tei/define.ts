import { z } from '@hono/zod-openapi';
import { json } from '../../openapi/responses.ts';

const Failure = z.object({ error: z.string(), error_type: z.string() });

export const TeiParams = z.object({ model: z.string() });

/** A route of TEI that takes a JSON body. */
export const teiPost = <Path extends string, Body extends z.ZodType, Answer extends z.ZodType>(
  path: Path,
  { body, answer, summary }: { readonly body: Body; readonly answer: Answer; readonly summary: string },
) => ({
  method: 'post' as const,
  path,
  tags: ['Text Embeddings Inference'],
  summary,
  request: { params: TeiParams.partial(), body: { required: true, content: { 'application/json': { schema: body } } } },
  responses: {
    200: json(answer, 'As TEI 1.9 answers'),
    400: json(Failure, 'Empty'),
    401: json(Failure, 'No valid API key'),
    403: json(Failure, 'The key lacks a scope'),
    404: json(Failure, 'No such model'),
    413: json(Failure, 'Validation: too long, too many'),
    422: json(Failure, 'Validation: not of this form'),
    424: json(Failure, 'Backend: the worker failed, or the model has no such answer'),
    429: json(Failure, 'Overloaded'),
    503: json(Failure, 'Unhealthy: no worker'),
  },
});
