import { LevigateError } from '../../contract/index.ts';
import { findUpload } from '../../store/queries/uploads.ts';
import type { UploadRow } from '../../store/queries/uploads.ts';
import type { Context } from '../context.ts';

/** The caller's upload. Rejects with `upload_not_found`, or `upload_not_pending` when it was completed, cancelled or has expired. */
export async function requirePendingUpload({ services, actor }: Context, id: string): Promise<UploadRow> {
  const row = await findUpload(services.db, { id, projectId: actor.projectId });
  if (!row) {
    throw new LevigateError('upload_not_found', `there is no upload "${id}" in this project: create one first`, {
      param: 'upload_id',
    });
  }
  const isExpired = row.status === 'expired' || row.expiresMs <= services.clock.nowMs();
  if (row.status === 'pending' && !isExpired) return row;
  throw notPending(id, row.status === 'pending' ? 'expired' : row.status);
}

export const notPending = (id: string, status: string): LevigateError =>
  new LevigateError(
    'upload_not_pending',
    `the upload ${id} is ${status}: create another one and send the parts to it`,
    {
      param: 'upload_id',
    },
  );
