import { LevigateError } from '../../contract/index.ts';

const MAX_CHARS = 300;

/** What a receiver's owner can do something about, by the codes of Node's and undici's errors. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name does not resolve',
  EAI_AGAIN: 'the host name could not be resolved now',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection was closed before the answer',
};

/** One sentence for the delivery log. */
export function describeSendFailure(error: unknown, timeoutMs: number): string {
  if (error instanceof LevigateError) return error.message;
  if (!(error instanceof Error)) return 'sending failed';
  if (error.name === 'TimeoutError') return `the receiver did not answer within ${timeoutMs / 1000} s`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (REASONS[code] ?? `sending failed: ${error.message || code || error.name}`).slice(0, MAX_CHARS);
}
