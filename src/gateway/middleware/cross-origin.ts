import { cors } from 'hono/cors';

/** What a browser's script may read of an answer. */
export const EXPOSED_HEADERS: readonly string[] = [
  'content-disposition',
  'idempotent-replayed',
  'openai-organization',
  'openai-processing-ms',
  'openai-version',
  'original-request',
  'retry-after',
  'x-inference-time',
  'x-queue-time',
  ...['limit', 'remaining', 'reset'].flatMap((what) => [`x-ratelimit-${what}-requests`, `x-ratelimit-${what}-tokens`]),
  'x-request-id',
  'x-should-retry',
  'x-tokenization-time',
];

/**
 * Browsers may call from anywhere, since a call is authorised by its key and never by a cookie.
 * Requested headers are allowed as asked: the openai client sends a dozen `x-stainless-*` that change by release.
 */
export const crossOrigin = cors({
  origin: '*',
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  exposeHeaders: [...EXPOSED_HEADERS],
  maxAge: 86_400,
});
