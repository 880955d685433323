import { LevigateError } from '../../../contract/index.ts';
import type { GatewayContext } from '../../gateway-env.ts';

/** The fencing token of requests whose body is not JSON. */
export function leaseHeader(c: GatewayContext): string {
  const token = c.req.header('x-lease-token');
  if (token !== undefined) return token;
  throw new LevigateError('invalid_request', 'send the lease token in the header x-lease-token', {
    param: 'x-lease-token',
  });
}
