import { isBackbone } from '../../contract/index.ts';
import type { Model } from '../../contract/index.ts';
import { findModel } from '../../store/queries/models.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { modelNotFound } from './model-not-found.ts';
import { toBackboneModel, toModel } from './to-wire.ts';

export async function getModel(ctx: Context, id: string): Promise<Model> {
  requireScope(ctx, 'models:read');
  if (isBackbone(id)) return toBackboneModel(id);
  const row = await findModel(ctx.services.db, { id, projectId: ctx.actor.projectId });
  if (!row) throw modelNotFound(id);
  return toModel(row);
}
