import { deleteExpiredIdempotencyKeys } from '../../store/queries/idempotency-keys.ts';
import type { Services } from '../ports.ts';

const KEYS_PER_RUN = 10_000;

/** Forgets answers after their day. @returns how many went */
export const pruneIdempotencyKeys = ({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> =>
  deleteExpiredIdempotencyKeys(db, { nowMs: clock.nowMs(), limit: KEYS_PER_RUN });
