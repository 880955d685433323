import { LevigateError } from '../../contract/index.ts';
import { deleteModelRow, isAdapterBlobInUse } from '../../store/queries/models.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { findBackbone } from './find-backbone.ts';
import { modelCacheOf } from './model-cache.ts';
import { modelNotFound } from './model-not-found.ts';

/** The row goes first, so that no prediction finds a model without its adapter; the blob only if no other row uses it. */
export async function deleteModel(ctx: Context, id: string): Promise<void> {
  requireScope(ctx, 'models:write');
  const { db, blobs } = ctx.services;
  if (findBackbone(ctx.services, id)) {
    throw new LevigateError(
      'insufficient_scope',
      `"${id}" is a backbone that every project shares: only fine-tuned models can be deleted`,
      {
        param: 'model',
      },
    );
  }
  const deleted = await deleteModelRow(db, { id, projectId: ctx.actor.projectId });
  if (!deleted) throw modelNotFound(id);
  modelCacheOf(ctx.services).delete(deleted);
  if (!(await isAdapterBlobInUse(db, deleted))) await blobs.delete(deleted.adapterKey);
}
