import { deleteFileRow, listExpiredFiles } from '../../store/queries/files.ts';
import type { Services } from '../ports.ts';

const SWEEP_LIMIT = 100;

/**
 * Removes expired files, content first: a sweep that is killed in between is repeated by the next.
 * A file of an unfinished job stays until that job ends.
 * @returns how many went
 */
export async function sweepExpiredFiles(services: Pick<Services, 'db' | 'blobs' | 'clock'>): Promise<number> {
  const { db, blobs, clock } = services;
  const expired = await listExpiredFiles(db, { nowMs: clock.nowMs(), limit: SWEEP_LIMIT });
  for (const { id, projectId, blobKey } of expired) {
    await blobs.delete(blobKey);
    await deleteFileRow(db, { id, projectId });
  }
  return expired.length;
}
