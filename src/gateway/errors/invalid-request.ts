import type { Hook } from '@hono/zod-openapi';
import type { z } from 'zod';
import { firstMistake, LevigateError } from '../../contract/index.ts';
import type { GatewayEnv } from '../gateway-env.ts';

/** Validation hook of every route: the first problem, named by its path, in OpenAI's error shape. */
export const invalidRequest: Hook<unknown, GatewayEnv, string, unknown> = (result) => {
  if (!result.success) throw toInvalidRequest(result.error);
};

/** Turns what a schema found wrong into one error that names the field as the client wrote it. */
export function toInvalidRequest(error: Pick<z.ZodError, 'issues'>): LevigateError {
  const { path, message } = firstMistake(error);
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return new LevigateError('invalid_request', `${path === '' ? 'the body' : `"${path}"`}: ${message}${more}`, {
    param: path === '' ? undefined : path,
  });
}
