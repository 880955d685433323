import { createHash } from 'node:crypto';
import { LevigateError } from '../../contract/index.ts';
import type { CreateJobRequest } from '../../contract/index.ts';
import type { DedupeWindow, JobRow } from '../../store/queries/jobs.ts';
import { findJobByDedupePrefix } from '../../store/queries/jobs.ts';
import type { Context } from '../context.ts';
import { RETENTION_MS } from '../retention.ts';

/** What tells a client's retry from a second wish. */
export interface CreationHeaders {
  /** `Idempotency-Key`, which the caller chose. */
  readonly idempotencyKey?: string | undefined;
  /** The openai client counts its retries in `x-stainless-retry-count`; it sends no idempotency key. */
  readonly isRetry: boolean;
}

/** What is asked for where a job is trained again to be compared. */
export interface VerifyRequest {
  readonly verifies: string;
}

export interface Dedupe {
  /** Stored with the job: who asked and what for. */
  readonly key: string;
  /** Jobs that the insert must not find. */
  readonly window: DedupeWindow;
}

// Of jobs that a retry made: the first try may yet be reading its files, and must find them.
const RETRIED = ':retry';

/** The dedupe key is `<hash of caller and idempotency key>:<hash of the body>`, and tells a retry's job from a first try's. */
export function dedupeOf(ctx: Context, request: CreateJobRequest | VerifyRequest, headers: CreationHeaders): Dedupe {
  const { actor, services } = ctx;
  const nowMs = services.clock.nowMs();
  const caller = `${hash(`${actor.keyId}\0${headers.idempotencyKey ?? ''}`)}:`;
  const key = caller + hash(JSON.stringify(request));
  if (headers.idempotencyKey !== undefined)
    return { key, window: { prefix: caller, createdAfterMs: nowMs - RETENTION_MS.idempotencyKey } };
  if (!headers.isRetry) return { key, window: { prefix: key + RETRIED, createdAfterMs: nowMs } };
  return { key: key + RETRIED, window: { prefix: key, createdAfterMs: nowMs - RETENTION_MS.firstTry } };
}

/** @returns the first job of the same wish; rejects when the idempotency key was used for another */
export async function findFirstJob(ctx: Context, { key, window }: Dedupe): Promise<JobRow | undefined> {
  const first = await findJobByDedupePrefix(ctx.services.db, window);
  if (!first || wishOf(first.dedupeKey ?? '') === wishOf(key)) return first;
  throw new LevigateError(
    'idempotency_key_reused',
    `this Idempotency-Key was used for ${first.id} with another body: use a new key for a new job`,
    { param: 'Idempotency-Key' },
  );
}

const wishOf = (key: string): string => (key.endsWith(RETRIED) ? key.slice(0, -RETRIED.length) : key);

const hash = (value: string): string => createHash('sha256').update(value).digest('hex');
