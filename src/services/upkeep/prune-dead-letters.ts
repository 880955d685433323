import { deleteDeadLettersBefore } from '../../store/queries/dead-letters.ts';
import type { Services } from '../ports.ts';

const KEPT_MS = 30 * 24 * 3_600_000;

/** Deletes what died more than 30 days ago. */
export const pruneDeadLetters = ({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> =>
  deleteDeadLettersBefore(db, clock.nowMs() - KEPT_MS);
