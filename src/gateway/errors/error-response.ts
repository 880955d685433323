import { HTTPException } from 'hono/http-exception';
import { getLogger } from '@logtape/logtape';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { LevigateError } from '../../contract/index.ts';
import type { GatewayContext } from '../gateway-env.ts';

const log = getLogger(['levigate', 'gateway']);

/** The only place where an error becomes a response. What is not ours is logged in full and answered without detail. */
export function toErrorResponse(error: Error, c: GatewayContext): Response {
  const known = toLevigateError(error);
  if (known.status >= 500) log.error('request failed', { requestId: c.get('requestId'), code: known.code, error });
  if (known.retryAfterS !== undefined) c.header('retry-after', String(known.retryAfterS));
  // The openai client retries every 409; a business conflict stays one however often it is asked.
  if (known.status === 409) c.header('x-should-retry', 'false');
  return c.json(known.toBody(), asContentfulStatus(known.status));
}

export function notFoundResponse(c: GatewayContext): Response {
  const error = new LevigateError(
    'not_found',
    `there is no ${c.req.method} ${c.req.path}: see /openapi.json for the routes`,
  );
  return c.json(error.toBody(), asContentfulStatus(error.status));
}

function toLevigateError(error: Error): LevigateError {
  if (error instanceof LevigateError) return error;
  if (error instanceof HTTPException && error.status === 400) {
    return new LevigateError('invalid_json', `the request body is not valid JSON: ${error.message}`, { cause: error });
  }
  return new LevigateError('internal', 'something went wrong on our side; the request id names it in the log', {
    cause: error,
  });
}

/** Every status of the error table carries a body. */
function asContentfulStatus(status: number): ContentfulStatusCode {
  return status as ContentfulStatusCode;
}
