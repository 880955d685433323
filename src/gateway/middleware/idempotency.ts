import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { LevigateError } from '../../contract/index.ts';
import { assertSameRequest, beginIdempotent } from '../../services/idempotency/begin.ts';
import type { Begun, IdempotentRequest } from '../../services/idempotency/begin.ts';
import type { GatewayContext, GatewayEnv } from '../gateway-env.ts';
import { digestParts } from '../multipart/digest-parts.ts';
import { readMultipart } from '../multipart/read-multipart.ts';

const MAX_KEY_CHARS = 255;
/** A larger answer is not kept, and the request then simply worked on again: what answers so much changes nothing. */
const MAX_ANSWER_CHARS = 256 * 1024;
/** The request was refused before anything was done, so it may be mended and sent again with the same key. */
const REFUSED = new Set([400, 401, 403, 404, 405, 408, 413, 415, 422, 429, 502, 503, 504]);

/** Too large to be held: hashed while the route reads them. */
const STREAMED = /^(?:multipart\/|application\/x-tar\b)/i;

/** What the openai client's own retries must not do twice; jobs look after themselves, as they read files first. */
const DONE_ONCE = [/^\/v1\/(?:batches|uploads)$/, /^\/v1\/uploads\/[^/]+\/(?:complete|cancel)$/];

/**
 * `Idempotency-Key` on every POST, by Stripe's rules: an answer is kept for a day and given again, with `idempotent-replayed: true`, to
 * the same request. The openai client sends no such key but counts its retries, which serves as one where it matters.
 */
export const idempotency = createMiddleware<GatewayEnv>(async function idempotency(c, next) {
  const asked = c.req.method === 'POST' ? wishOf(c) : null;
  if (!asked) return next();
  const streams = STREAMED.test(c.req.header('content-type') ?? '');
  // As bytes: a picture is no text.
  const fingerprint = streams ? null : hashOf(c, new Uint8Array(await c.req.arrayBuffer()));
  const key = asked.key ?? fingerprint;
  if (key === null) return next();
  const begun = await beginIdempotent(c.get('context'), { key, kind: asked.kind, fingerprint });
  if (begun.kind === 'replay') return replay(c, begun, fingerprint ?? (await digestOfBody(c)));
  using held = begun;
  const digest = streams ? requestHash(c) : undefined;
  c.set('bodyDigest', digest);
  await next();
  await keep(c.res, held, fingerprint ?? digest?.digest('hex') ?? '');
  return;
});

interface Wish {
  /** null: made of the request. */
  readonly key: string | null;
  readonly kind: IdempotentRequest['kind'];
}

function wishOf(c: GatewayContext): Wish | null {
  const key = c.req.header('idempotency-key');
  if (key !== undefined) {
    if (key.length > 0 && key.length <= MAX_KEY_CHARS) return { key, kind: 'key' };
    throw new LevigateError(
      'invalid_request',
      `the header "Idempotency-Key" has ${key.length} characters: give 1 to ${MAX_KEY_CHARS}, such as a UUID`,
      { param: 'Idempotency-Key' },
    );
  }
  const retries = c.req.header('x-stainless-retry-count');
  if (retries === undefined || !DONE_ONCE.some((path) => path.test(c.req.path))) return null;
  return { key: null, kind: Number(retries) > 0 ? 'retry' : 'first_try' };
}

const requestHash = (c: GatewayContext): Hash => createHash('sha256').update(`${c.req.method}\0${c.req.path}\0`);

const hashOf = (c: GatewayContext, body: Uint8Array): string => requestHash(c).update(body).digest('hex');

/** What the route's reading would have made of it. */
async function digestOfBody(c: GatewayContext): Promise<string> {
  const digest = requestHash(c);
  if (!/^multipart\//i.test(c.req.header('content-type') ?? '')) {
    await c.req.raw.body?.pipeTo(new WritableStream({ write: (chunk) => void digest.update(chunk) }));
    return digest.digest('hex');
  }
  const parts = digestParts(readMultipart(c.req.raw.body, c.req.header('content-type')), digest);
  for await (const part of parts) {
    if (part.kind === 'file') await part.body.pipeTo(new WritableStream());
  }
  return digest.digest('hex');
}

function replay(c: GatewayContext, begun: Extract<Begun, { kind: 'replay' }>, fingerprint: string): Response {
  assertSameRequest(begun.fingerprint, fingerprint);
  const { status, contentType, body } = begun.answer;
  c.header('idempotent-replayed', 'true');
  c.header('original-request', begun.requestId);
  if (status === 409) c.header('x-should-retry', 'false');
  // It was answered with a body, so it has a status that takes one.
  return c.body(body, status as ContentfulStatusCode, { 'content-type': contentType });
}

async function keep(response: Response, begun: Extract<Begun, { kind: 'run' }>, fingerprint: string): Promise<void> {
  const contentType = response.headers.get('content-type') ?? '';
  if (REFUSED.has(response.status) || !contentType.startsWith('application/json')) return begun.release();
  const body = await response.clone().text();
  if (body.length > MAX_ANSWER_CHARS) return begun.release();
  return begun.answer(fingerprint, { status: response.status, contentType, body });
}
