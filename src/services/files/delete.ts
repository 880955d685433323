import { LevigateError } from '../../contract/index.ts';
import { deleteUnusedFile } from '../../store/queries/files.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireFile } from './require-file.ts';

/** The row goes first, so that nobody finds a file without its content. */
export async function deleteFile(ctx: Context, id: string): Promise<void> {
  requireScope(ctx, 'files:write');
  const { services, actor } = ctx;
  const deleted = await deleteUnusedFile(services.db, {
    id,
    projectId: actor.projectId,
    nowMs: services.clock.nowMs(),
  });
  if (deleted) return services.blobs.delete(deleted.blobKey);
  await requireFile(ctx, id);
  throw new LevigateError(
    'file_in_use',
    `the file "${id}" is used by a job or a batch that is not finished: cancel it or wait for its end`,
    {
      param: 'file_id',
    },
  );
}
