import { LevigateError } from '../../../src/contract/index.ts';
import type { ErrorCode } from '../../../src/contract/index.ts';
import type { SentError } from './workerd-protocol.ts';

export function toSentError(error: unknown): SentError {
  if (error instanceof LevigateError)
    return { message: error.message, code: error.code, isOurs: true, param: error.param };
  const { message, code } = error as { readonly message?: unknown; readonly code?: unknown };
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return {
    message: `${String(message ?? error)}${cause}`,
    code: typeof code === 'string' ? code : null,
    isOurs: false,
    param: null,
  };
}

export function fromSentError({ message, code, isOurs, param }: SentError): Error {
  // The code was one of the table when it was sent.
  if (isOurs) return new LevigateError(code as ErrorCode, message, { param: param ?? undefined });
  return Object.assign(new Error(message), code === null ? {} : { code });
}
