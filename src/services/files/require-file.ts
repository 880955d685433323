import { LevigateError } from '../../contract/index.ts';
import { findFile } from '../../store/queries/files.ts';
import type { FileRow } from '../../store/queries/files.ts';
import type { Context } from '../context.ts';

/** The caller's file; one that is missing, expired or another project's is the same `file_not_found`. */
export async function requireFile(ctx: Context, id: string, param = 'file_id'): Promise<FileRow> {
  const { services, actor } = ctx;
  const row = await findFile(services.db, { id, projectId: actor.projectId, nowMs: services.clock.nowMs() });
  if (row) return row;
  throw fileNotFound(id, param);
}

export const fileNotFound = (id: string, param = 'file_id'): LevigateError =>
  new LevigateError(
    'file_not_found',
    `there is no file "${id}" in this project: it was never uploaded, was deleted or has expired`,
    { param },
  );
