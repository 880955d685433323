import { LevigateError } from '../../../src/contract/errors.ts';

/** A full queue's refusal: at once, and with the time after which another try is worth it. */
export function overloaded(waiting: number, waitMs: number): LevigateError {
  const retryAfterS = Math.max(1, Math.ceil(waitMs / 1000));
  return new LevigateError(
    'overloaded',
    `${waiting} inputs are waiting already. Try again in ${retryAfterS} s, or send fewer inputs at once.`,
    { retryAfterS },
  );
}
