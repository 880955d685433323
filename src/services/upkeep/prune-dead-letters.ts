import { deleteDeadLettersBefore } from '../../store/queries/dead-letters.ts';
import type { Services } from '../ports.ts';
import { RETENTION_MS } from '../retention.ts';

/** Deletes what died too long ago. */
export const pruneDeadLetters = ({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> =>
  deleteDeadLettersBefore(db, clock.nowMs() - RETENTION_MS.deadLetter);
