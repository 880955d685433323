import { findNamedBlobKeys, findSweepPosition, putSweepPosition } from '../../store/queries/blob-keys.ts';
import type { ListedBlob, Services } from '../ports.ts';
import { RETENTION_MS } from '../retention.ts';

/** Every folder that blobs are put into. No row names a part of an upload, which is given up long before a day is over. */
const FOLDERS = ['files', 'jobs', 'batches', 'parts', 'exports'] as const;
/** R2 lists at most 1,000 at once. */
const PAGE = 500;
const PAGES_PER_RUN = 10;

type Needs = Pick<Services, 'db' | 'blobs' | 'clock'>;

/**
 * Removes blobs that no row names: what a gateway leaves that is killed between writing a blob and its row, or between
 * deleting a row and its blob. Goes on where the last run stopped, some thousand blobs a run.
 * @returns how many went
 */
export async function sweepOrphanBlobs(services: Needs): Promise<number> {
  let removed = 0;
  for (const folder of FOLDERS) removed += await sweepFolder(services, folder);
  return removed;
}

async function sweepFolder(services: Needs, folder: string): Promise<number> {
  const { db, blobs } = services;
  const name = `orphan-blobs:${folder}`;
  let after = await findSweepPosition(db, name);
  let removed = 0;
  for (let pages = 0; pages < PAGES_PER_RUN; pages += 1) {
    const page = await blobs.list({ folder, after, limit: PAGE });
    removed += await removeOrphans(services, page.blobs);
    after = page.hasMore ? page.blobs.at(-1)?.key : undefined;
    if (after === undefined) break;
  }
  await putSweepPosition(db, name, after ?? null);
  return removed;
}

async function removeOrphans({ db, blobs, clock }: Needs, listed: readonly ListedBlob[]): Promise<number> {
  const oldestYoungMs = clock.nowMs() - RETENTION_MS.orphanBlob;
  const keys = listed.filter(({ writtenMs }) => writtenMs < oldestYoungMs).map(({ key }) => key);
  if (keys.length === 0) return 0;
  // Asked after the listing: what has a row by now stays.
  const named = await findNamedBlobKeys(db, keys);
  const orphans = keys.filter((key) => !named.has(key));
  for (const key of orphans) await blobs.delete(key);
  return orphans.length;
}
