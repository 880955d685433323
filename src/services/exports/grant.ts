import { createHmac, timingSafeEqual } from 'node:crypto';
import { LevigateError } from '../../contract/index.ts';
import { findProject } from '../../store/queries/projects.ts';
import type { Services } from '../ports.ts';

/** One export that one worker is to make: it may read the project's files that it names, and put one archive. */
export interface ExportGrant {
  readonly projectId: string;
  /** Hex; the archive's name. */
  readonly exportId: string;
  readonly expiresMs: number;
}

export const exportBlobKey = (exportId: string): string => `exports/${exportId}.tar`;

export const grantPath = ({ projectId, exportId, expiresMs }: ExportGrant): string =>
  `/exports/${projectId}/${exportId}/${expiresMs}`;

/** @param cacheSalt the project's secret */
export const signGrant = (grant: ExportGrant, cacheSalt: string): string =>
  createHmac('sha256', cacheSalt).update(grantPath(grant)).digest('hex');

/** Rejects with `lease_lost` for a grant that nobody gave, or that is over. */
export async function requireGrant(services: Services, grant: ExportGrant, token: string): Promise<void> {
  const project = await findProject(services.db, grant.projectId);
  const expected = Buffer.from(project ? signGrant(grant, project.cacheSalt) : '');
  const given = Buffer.from(token);
  const isSigned = project !== undefined && expected.length === given.length && timingSafeEqual(expected, given);
  if (isSigned && services.clock.nowMs() < grant.expiresMs) return;
  throw new LevigateError('lease_lost', 'this export was not asked for, or is over: it is asked for anew');
}
