import { createHash } from 'node:crypto';
import { getLogger } from '@logtape/logtape';
import { LevigateError } from '../../contract/index.ts';
import {
  answerIdempotencyKey,
  claimIdempotencyKey,
  holdIdempotencyKey,
  releaseIdempotencyKey,
} from '../../store/queries/idempotency-keys.ts';
import type { HeldKey, StoredAnswer } from '../../store/queries/idempotency-keys.ts';
import type { Context } from '../context.ts';
import type { Services } from '../ports.ts';
import { RETENTION_MS } from '../retention.ts';

const log = getLogger(['levigate', 'idempotency']);

/** How long a key stays taken when its gateway was killed; a living one renews its hold well before. */
const HOLD_MS = 30_000;
const RENEW_EVERY_MS = 10_000;
const RETRY_AFTER_S = 1;

export interface IdempotentRequest {
  /** Who else may mean the same: the caller's `Idempotency-Key`, or what a client's own retries have in common. */
  readonly key: string;
  /** Hash of what is asked for; null when the body streams and is not read yet. */
  readonly fingerprint: string | null;
  readonly kind: 'key' | 'first_try' | 'retry';
}

/** Either this request is to be worked on, or it was answered before. */
export type Begun =
  | (Disposable & {
      /** The key is held until this is disposed of. */
      readonly kind: 'run';
      answer(fingerprint: string, answer: StoredAnswer): Promise<void>;
      release(): Promise<void>;
    })
  | {
      readonly kind: 'replay';
      readonly fingerprint: string;
      readonly requestId: string;
      readonly answer: StoredAnswer;
    };

/**
 * Stripe's rules: the first request with a key is worked on and its answer kept for a day; the same request gets that
 * answer again. Rejects with `idempotency_key_in_use` while the first is worked on, and with `idempotency_key_reused` (as does
 * `assertSameRequest`) for another request.
 */
export async function beginIdempotent(
  { services, actor, requestId }: Context,
  { key, fingerprint, kind }: IdempotentRequest,
): Promise<Begun> {
  const { db, clock } = services;
  const nowMs = clock.nowMs();
  // Two requests may bear the same id of their client's choosing; this one is the claim's own.
  const own = `${requestId}.${crypto.randomUUID()}`;
  const held = { id: hash(`${actor.keyId}\0${kind === 'key' ? 'key' : 'retry'}\0${key}`), requestId: own };
  const row = await claimIdempotencyKey(db, {
    ...held,
    fingerprint,
    nowMs,
    lockedUntilMs: nowMs + HOLD_MS,
    expiresMs: nowMs + RETENTION_MS[kind === 'key' ? 'idempotencyKey' : 'firstTry'],
    replaces: kind === 'first_try',
  });
  if (row.requestId === own) {
    const renewing = setInterval(() => void renew(services, held), RENEW_EVERY_MS);
    return {
      kind: 'run',
      answer: (fingerprint, answer) => answerIdempotencyKey(db, held, { fingerprint, answer }),
      release: () => releaseIdempotencyKey(db, held),
      [Symbol.dispose]: () => clearInterval(renewing),
    };
  }
  if (fingerprint !== null && row.fingerprint !== null) assertSameRequest(row.fingerprint, fingerprint);
  if (row.answer === null || row.fingerprint === null) throw inUse();
  const [original = ''] = row.requestId.split('.');
  return { kind: 'replay', fingerprint: row.fingerprint, requestId: original, answer: row.answer };
}

/** One renewal may fail, as the next comes before the hold ends. */
async function renew({ db, clock }: Services, held: HeldKey): Promise<void> {
  await holdIdempotencyKey(db, held, clock.nowMs() + HOLD_MS).catch((error: unknown) => {
    log.warn('an idempotency key could not be held on to', { requestId: held.requestId, error });
  });
}

export function assertSameRequest(first: string, second: string): void {
  if (first === second) return;
  throw new LevigateError(
    'idempotency_key_reused',
    'this Idempotency-Key was used for another request (path or body differ): use a new key for a new request',
    { param: 'Idempotency-Key' },
  );
}

const inUse = (): LevigateError =>
  new LevigateError(
    'idempotency_key_in_use',
    'a request with this Idempotency-Key is still being worked on: ask again for its answer',
    { param: 'Idempotency-Key', retryAfterS: RETRY_AFTER_S },
  );

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
