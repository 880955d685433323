import { z } from '@hono/zod-openapi';
import { formBody } from '../../openapi/form-body.ts';
import { json } from '../../openapi/responses.ts';

const Failure = z
  .object({
    title: z.string(),
    detail: z.string(),
    status: z.int(),
    invalid_fields: z.array(z.object({ type: z.string(), field: z.string(), description: z.string() })).optional(),
  })
  .openapi('ReplicateError');

/** The failures of every route of this façade, and those of what is posted. */
const failures = {
  401: json(Failure, 'No valid API key'),
  403: json(Failure, 'The key lacks a scope'),
  404: json(Failure, 'Not there, or hidden from this key'),
  422: json(Failure, 'The request is wrong'),
  429: json(Failure, 'Refused early'),
};
const postFailures = {
  ...failures,
  409: json(Failure, 'A conflict'),
  413: json(Failure, 'Too large'),
  415: json(Failure, 'No JSON'),
};

export const defineRead = <Path extends string, Params extends z.ZodObject, Answer extends z.ZodType>(
  path: Path,
  { params, answer, summary }: { readonly params: Params; readonly answer: Answer; readonly summary: string },
) => ({
  method: 'get' as const,
  path,
  tags: ['Replicate'],
  summary,
  request: { params },
  responses: { 200: json(answer, 'As Replicate answers'), ...failures },
});

export const defineCancel = <Path extends string, Params extends z.ZodObject, Answer extends z.ZodType>(
  path: Path,
  options: { readonly params: Params; readonly answer: Answer; readonly summary: string },
) => ({
  ...defineRead(path, options),
  method: 'post' as const,
  responses: { 200: json(options.answer, 'As Replicate answers'), ...postFailures },
});

export const defineCreate = <
  Path extends string,
  Params extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
>(
  path: Path,
  {
    params,
    body,
    answer,
    summary,
  }: { readonly params: Params; readonly body: Body; readonly answer: Answer; readonly summary: string },
) => ({
  method: 'post' as const,
  path,
  tags: ['Replicate'],
  summary,
  request: { params, body: { required: true, content: { 'application/json': { schema: body } } } },
  responses: { 201: json(answer, 'Made'), ...postFailures },
});

/** What takes a file as multipart; not a zod schema, as the framework would read the whole body first. */
export const defineUpload = <Path extends string, Answer extends z.ZodType>(
  path: Path,
  { part, answer, summary }: { readonly part: string; readonly answer: Answer; readonly summary: string },
) => ({
  method: 'post' as const,
  path,
  tags: ['Replicate'],
  summary,
  request: { body: formBody({ [part]: { type: 'string', format: 'binary' } }, [part]) },
  responses: { 201: json(answer, 'Made'), ...postFailures },
});

export const defineDelete = <Path extends string, Params extends z.ZodObject>(
  path: Path,
  { params, summary }: { readonly params: Params; readonly summary: string },
) => ({
  method: 'delete' as const,
  path,
  tags: ['Replicate'],
  summary,
  request: { params },
  responses: { 204: { description: 'It is gone' }, ...failures, 409: json(Failure, 'It is in use') },
});

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ previous: z.null(), next: z.null(), results: z.array(item) });

export const toPage = <Item>(results: readonly Item[]) => ({ previous: null, next: null, results: [...results] });

/** Where the façade was reached, for the URLs in its answers. */
export const baseUrlOf = (url: string): string => `${new URL(url).origin}/replicate/v1`;

export const NoParams = z.object({});
export const IdParams = z.object({ id: z.string() });
export const ModelParams = z.object({ owner: z.string(), name: z.string() });
