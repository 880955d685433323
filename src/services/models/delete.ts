import { LevigateError } from '../../contract/index.ts';
import { deleteUnusedModel, findModel, isAdapterBlobInUse } from '../../store/queries/models.ts';
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
  const key = { id, projectId: ctx.actor.projectId };
  const deleted = await deleteUnusedModel(db, key);
  if (!deleted) throw (await findModel(db, key)) ? inUse(id) : modelNotFound(id);
  modelCacheOf(ctx.services).delete(deleted);
  if (!(await isAdapterBlobInUse(db, deleted))) await blobs.delete(deleted.adapterKey);
}

const inUse = (id: string): LevigateError =>
  new LevigateError(
    'model_in_use',
    `"${id}" is asked by a batch, or made again by a verification, that is not finished: cancel it or wait for its end`,
    { param: 'model' },
  );
