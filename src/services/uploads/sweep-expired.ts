import { endUpload, listExpiredUploads } from '../../store/queries/uploads.ts';
import type { Services } from '../ports.ts';

const SWEEP_LIMIT = 100;

/** Ends uploads that were not completed within their hour, and removes their parts. @returns how many */
export async function sweepExpiredUploads({
  db,
  blobs,
  clock,
}: Pick<Services, 'db' | 'blobs' | 'clock'>): Promise<number> {
  const expired = await listExpiredUploads(db, { nowMs: clock.nowMs(), limit: SWEEP_LIMIT });
  for (const upload of expired) {
    await endUpload(db, upload, { status: 'expired' });
    await blobs.parts.discard(upload.id);
  }
  return expired.length;
}
