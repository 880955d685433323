import { isErrorCode, LevigateError } from '../../../src/contract/errors.ts';
import type { ErrorCode } from '../../../src/contract/errors.ts';

/** The gateway answered with an error, or (status 0) did not answer. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly status: number;
  readonly code: ErrorCode | null;

  constructor(message: string, options: { status: number; code?: unknown; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.status = options.status;
    this.code = isErrorCode(options.code) ? options.code : null;
  }

  /** Another try may succeed: a lost connection, an overloaded or restarting gateway. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export const isLeaseLost = (error: unknown): boolean =>
  (error instanceof GatewayError || error instanceof LevigateError) && error.code === 'lease_lost';

export const isTransient = (error: unknown): boolean => error instanceof GatewayError && error.isTransient;
