import { toLevigateError } from '../../errors/error-response.ts';
import type { GatewayContext } from '../../gateway-env.ts';

const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthenticated',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  413: 'Payload too large',
  422: 'Input validation failed',
  429: 'Too many requests',
};

/** Replicate's `{title, detail, status}`. What is wrong with a request is 422 there. */
export async function toReplicateError(error: Error, c: GatewayContext): Promise<Response> {
  const known = await toLevigateError(error, c);
  if (known.retryAfterS !== undefined) c.header('retry-after', String(known.retryAfterS));
  const status = known.status === 400 ? 422 : known.status;
  const field = known.param;
  const body = {
    title: TITLES[status] ?? 'Something went wrong',
    detail: known.message,
    status,
    ...(status === 422 && field !== null
      ? { invalid_fields: [{ type: known.code, field, description: known.message }] }
      : {}),
  };
  return c.json(body, status);
}
