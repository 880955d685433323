import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { idempotencyKeys } from '../schema.ts';

export type IdempotencyKeyRow = typeof idempotencyKeys.$inferSelect;
export type StoredAnswer = NonNullable<IdempotencyKeyRow['answer']>;

export interface IdempotencyClaim {
  readonly id: string;
  readonly fingerprint: string | null;
  readonly requestId: string;
  readonly nowMs: number;
  readonly lockedUntilMs: number;
  readonly expiresMs: number;
  /** A new wish whatever was there before. */
  readonly replaces: boolean;
}

/**
 * Takes a key for one request, in one statement that no two can both win: a key that is new, has expired, or whose
 * request died without an answer. @returns the row as it is now: the caller's own when it bears its request id
 */
export async function claimIdempotencyKey(
  db: Database,
  { nowMs, replaces, ...claim }: IdempotencyClaim,
): Promise<IdempotencyKeyRow> {
  const isFree = sql`(${idempotencyKeys.expiresMs} <= ${nowMs}
    or (${idempotencyKeys.answer} is null and ${idempotencyKeys.lockedUntilMs} <= ${nowMs}))`;
  const [claimed] = await db
    .insert(idempotencyKeys)
    .values(claim)
    .onConflictDoUpdate({
      target: idempotencyKeys.id,
      set: { ...claim, answer: null },
      setWhere: replaces ? sql`true` : isFree,
    })
    .returning();
  if (claimed) return claimed;
  const [held] = await db.select().from(idempotencyKeys).where(eq(idempotencyKeys.id, claim.id)).limit(1);
  // Its holder let go between the two statements.
  return held ?? claimIdempotencyKey(db, { ...claim, nowMs, replaces });
}

export interface HeldKey {
  readonly id: string;
  readonly requestId: string;
}

const heldBy = ({ id, requestId }: HeldKey) =>
  and(eq(idempotencyKeys.id, id), eq(idempotencyKeys.requestId, requestId));

/** Puts off the time from when on another request may take over. */
export async function holdIdempotencyKey(db: Database, key: HeldKey, lockedUntilMs: number): Promise<void> {
  await db.update(idempotencyKeys).set({ lockedUntilMs }).where(heldBy(key));
}

export async function answerIdempotencyKey(
  db: Database,
  key: HeldKey,
  { fingerprint, answer }: { readonly fingerprint: string; readonly answer: StoredAnswer },
): Promise<void> {
  await db.update(idempotencyKeys).set({ fingerprint, answer }).where(heldBy(key));
}

/** The next request with the key is worked on like a first one. */
export async function releaseIdempotencyKey(db: Database, key: HeldKey): Promise<void> {
  await db.delete(idempotencyKeys).where(heldBy(key));
}

/** @returns how many went */
export async function deleteExpiredIdempotencyKeys(
  db: Database,
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): Promise<number> {
  const expired = sql`(select id from idempotency_keys where expires_ms <= ${nowMs} limit ${limit})`;
  const gone = await db
    .delete(idempotencyKeys)
    .where(sql`${idempotencyKeys.id} in ${expired}`)
    .returning({ id: idempotencyKeys.id });
  return gone.length;
}
