import { overloaded } from './overloaded.ts';

export interface AdmissionOptions {
  /** Inputs that may wait, however fast the device is. */
  readonly maxQueued: number;
  /** How long a queue that stands may keep a newcomer waiting, in milliseconds; a queue that forms and goes may be longer. */
  readonly standingMs: number;
  /** Calls that may wait however long it takes them: a caller who keeps so many open is answered, only later. */
  readonly freeCalls: number;
}

export interface Waiting {
  readonly inputs: number;
  readonly calls: number;
  /** Until those that wait now are done, in milliseconds. */
  readonly waitMs: number;
  /** Of one batch, lately. */
  readonly batchMs: number;
}

export interface Admission {
  /** Throws `overloaded` where `added` further inputs had better come back later. */
  admit(added: number, waiting: Waiting, nowMs: number): void;
}

// Refusing on a queue that a batch or two would clear wastes the device: so many are always allowed to wait.
const STANDING_BATCHES = 3;
// A queue stands when it has been too long for this long.
const STANDS_AFTER_MS = 100;

/**
 * Refuses at once what would wait too long. A burst may fill the queue; a queue that has been too long for a while is overload, and then
 * newcomers are refused until it is short again, so that those who are let in wait about as long as in ordinary times
 * (Nichols and Jacobson, "Controlling Queue Delay", 2012, applied at the door).
 */
export function createAdmission({ maxQueued, standingMs, freeCalls }: AdmissionOptions): Admission {
  let wasShortMs = Number.NEGATIVE_INFINITY;
  return {
    admit: (added, { inputs, calls, waitMs, batchMs }, nowMs) => {
      const limitMs = Math.max(standingMs, STANDING_BATCHES * batchMs);
      const isShort = calls < freeCalls || waitMs <= limitMs;
      if (isShort || wasShortMs === Number.NEGATIVE_INFINITY) wasShortMs = nowMs;
      const stands = !isShort && nowMs - wasShortMs > STANDS_AFTER_MS;
      if (stands || inputs + added > maxQueued) throw overloaded(inputs, waitMs);
    },
  };
}
