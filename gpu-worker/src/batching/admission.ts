import { overloaded } from './overloaded.ts';

export interface AdmissionOptions {
  /** Inputs that may wait, however fast the device is. One request alone may be larger. */
  readonly maxQueued: number;
  /** How long a queue that stands may keep a newcomer waiting, in milliseconds; a queue that forms and goes may be longer. */
  readonly standingMs: number;
  /** Calls that may wait however long it takes them: callers who keep so many open in ordinary times are answered, only later. */
  readonly freeCalls: number;
}

export interface Waiting {
  readonly inputs: number;
  readonly calls: number;
  /** Until those that wait now and those with the device are done, in milliseconds. */
  readonly waitMs: number;
  /** Of one batch, lately. */
  readonly batchMs: number;
}

export interface Admission {
  /** Throws `overloaded` where `added` further inputs had better come back later. */
  admit(added: number, waiting: Waiting, nowMs: number): void;
  /** While there is overload, how long a newcomer may be kept waiting, in milliseconds; null in ordinary times. */
  readonly limitMs: number | null;
}

// Refusing on a queue that the batches under way would clear wastes the device: so many are always allowed to wait.
const STANDING_BATCHES = 3;
// A queue stands when it has been too long for this long.
const STANDS_AFTER_MS = 100;
// Under overload the queue is kept at its limit; where it stays below half of it for so long, no more is offered than the device can do.
const EASED_SHARE = 0.5;
const EASED_AFTER_MS = 500;

/**
 * Refuses at once what would wait too long. A burst may fill the queue; a queue that has been too long for a while is overload, and from
 * then on it is kept short, until less is offered again: those who are let in wait about as long as in ordinary times (Nichols and Jacobson,
 * "Controlling Queue Delay", 2012, applied at the door).
 */
export function createAdmission({ maxQueued, standingMs, freeCalls }: AdmissionOptions): Admission {
  /** Since when every newcomer has found the queue too long (in ordinary times), or short enough (under overload). */
  let sinceMs: number | null = null;
  let overloadLimitMs: number | null = null;

  function look({ calls, waitMs, batchMs }: Waiting, nowMs: number): void {
    const limitMs = Math.max(standingMs, STANDING_BATCHES * batchMs);
    const isCalm = overloadLimitMs === null;
    const isTurning = isCalm ? calls >= freeCalls && waitMs > limitMs : waitMs <= EASED_SHARE * limitMs;
    sinceMs = isTurning ? (sinceMs ?? nowMs) : null;
    const hasTurned = sinceMs !== null && nowMs - sinceMs > (isCalm ? STANDS_AFTER_MS : EASED_AFTER_MS);
    overloadLimitMs = isCalm === hasTurned ? limitMs : null;
    if (hasTurned) sinceMs = null;
  }

  return {
    admit: (added, waiting, nowMs) => {
      look(waiting, nowMs);
      const { inputs, waitMs } = waiting;
      const isTooLong = overloadLimitMs !== null && waitMs > overloadLimitMs;
      // A request alone is never too large, as it would never fit.
      if (isTooLong || (inputs > 0 && inputs + added > maxQueued)) throw overloaded(inputs, waitMs);
    },
    get limitMs() {
      return overloadLimitMs;
    },
  };
}
