import { getLogger } from '@logtape/logtape';
import { HTTPException } from 'hono/http-exception';
import { LevigateError } from '../../contract/index.ts';
import type { GatewayContext } from '../gateway-env.ts';

const log = getLogger(['levigate', 'gateway']);

/** The only place where an error becomes a response. What is not ours is logged in full and answered without detail. */
export async function toErrorResponse(error: Error, c: GatewayContext): Promise<Response> {
  const known = await toLevigateError(error, c);
  if (known.status >= 500) log.error('request failed', { requestId: c.get('requestId'), code: known.code, error });
  if (known.retryAfterS !== undefined) c.header('retry-after', String(known.retryAfterS));
  // The openai client retries every 409 and 429; a business conflict stays one however often it is asked, as does a quota that is used up.
  if (known.status === 409 || known.code === 'insufficient_quota')
    c.header('x-should-retry', String(known.code === 'idempotency_key_in_use'));
  return c.json(known.toBody(), known.status);
}

/** Any error as one of ours. What is not ours becomes `internal`. */
export async function toLevigateError(error: Error, c: GatewayContext): Promise<LevigateError> {
  if (error instanceof LevigateError) return error;
  // The answer reaches nobody; what matters is that this is no failure of ours.
  if (c.req.raw.signal.aborted) return new LevigateError('invalid_request', 'the client went away', { cause: error });
  if (error instanceof HTTPException && error.status === 400) return describeInvalidJson(c, error);
  if (error instanceof HTTPException && error.status === 415) {
    const sent = c.req.header('content-type') ?? 'a body without content-type';
    return new LevigateError(
      'unsupported_media_type',
      `send the body as "content-type: application/json", not as ${sent}`,
    );
  }
  return new LevigateError('internal', 'something went wrong on our side; the request id names it in the log', {
    cause: error,
  });
}

/** Hono says only that the body is malformed, so the (kept) text is parsed again for what and where. */
async function describeInvalidJson(c: GatewayContext, cause: Error): Promise<LevigateError> {
  const text = await c.req.text();
  if (text === '') return new LevigateError('invalid_json', 'the request body is empty: send a JSON object', { cause });
  const reason = jsonProblem(text) ?? cause.message;
  return new LevigateError('invalid_json', `the request body is not valid JSON: ${reason}`, { cause });
}

function jsonProblem(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return /position/.test(reason) || !/end of JSON/.test(reason) ? reason : `${reason} at position ${text.length}`;
  }
}
