import { z } from '@hono/zod-openapi';
import { tableOf } from '../../contract/index.ts';

/** OpenAI's error object: all four keys, always nested. */
const ErrorResponse = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .openapi('Error');

export const FAILURES = {
  400: 'The request is wrong; the message says how to mend it',
  401: 'No valid API key',
  403: 'The key lacks a scope',
  404: 'Not there, or hidden from this key',
  409: 'A conflict; `x-should-retry` says whether it passes',
  413: 'Too large',
  415: 'Not the media type this route takes',
  429: 'Above a limit, or too much waits; `Retry-After` says when to come again',
  502: 'The worker failed',
  503: 'No worker can serve this now',
  504: 'Took too long',
} as const;
export type FailureStatus = keyof typeof FAILURES;

interface JsonResponse<Schema extends z.ZodType> {
  readonly description: string;
  readonly content: { readonly 'application/json': { readonly schema: Schema } };
}

export const json = <Schema extends z.ZodType>(schema: Schema, description: string): JsonResponse<Schema> => ({
  description,
  content: { 'application/json': { schema } },
});

/** The failures of a route that needs a key, beyond 401, 403 and 429, which each has; those of what stands before all of /v1 are added there. */
export function failures<Status extends FailureStatus>(
  ...statuses: readonly Status[]
): Record<401 | 403 | 429 | Status, JsonResponse<typeof ErrorResponse>> {
  return tableOf([401, 403, 429, ...statuses], (status) => json(ErrorResponse, FAILURES[status]));
}

/** Of `text/event-stream`: OpenAPI 3.1 has the schema describe each event. */
export const EVENT_STREAM = {
  schema: {
    type: 'object' as const,
    required: ['data'],
    properties: {
      id: { type: 'string' as const },
      event: { type: 'string' as const },
      data: { type: 'string' as const },
    },
  },
};
