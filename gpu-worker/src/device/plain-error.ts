import { LevigateError } from '../../../src/contract/errors.ts';
import type { PlainError } from './messages.ts';

export function toPlainError(error: unknown): PlainError {
  if (error instanceof LevigateError) return { code: error.code, message: error.message, param: error.param };
  return { code: null, message: error instanceof Error ? (error.stack ?? error.message) : String(error), param: null };
}

export function fromPlainError({ code, message, param }: PlainError): Error {
  if (code === null) return new Error(`device process: ${message}`);
  return new LevigateError(code, message, { param: param ?? undefined });
}
