/**
 * What a check found. `broken` stops the gateway or a part of it from working; `note` is worth knowing and does not;
 * `unchecked` could not be looked at from here, and the message says why.
 */
export interface Finding {
  /** What was looked at, such as `secret LEVIGATE_API_KEY`. */
  readonly subject: string;
  readonly state: FindingState;
  readonly message: string;
  /** A command or a change that mends it; of every finding that is broken. */
  readonly mend?: string;
}

export type FindingState = 'ok' | 'note' | 'unchecked' | 'broken';

export const ok = (subject: string, message: string): Finding => ({ subject, state: 'ok', message });

export const note = (subject: string, message: string, mend?: string): Finding => ({
  subject,
  state: 'note',
  message,
  ...(mend === undefined ? {} : { mend }),
});

export const unchecked = (subject: string, message: string, mend?: string): Finding => ({
  subject,
  state: 'unchecked',
  message,
  ...(mend === undefined ? {} : { mend }),
});

export const broken = (subject: string, message: string, mend: string): Finding => ({
  subject,
  state: 'broken',
  message,
  mend,
});
