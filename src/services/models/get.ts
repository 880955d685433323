import type { Model } from '../../contract/index.ts';
import { findModel } from '../../store/queries/models.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { findBackbone } from './find-backbone.ts';
import { modelNotFound } from './model-not-found.ts';
import { toBackboneModel, toModel } from './to-wire.ts';

export async function getModel(ctx: Context, id: string): Promise<Model> {
  requireScope(ctx, 'models:read');
  const backbone = findBackbone(ctx.services, id);
  if (backbone) return toBackboneModel(id, backbone);
  const row = await findModel(ctx.services.db, { id, projectId: ctx.actor.projectId });
  if (!row) throw modelNotFound(id);
  return toModel(row);
}
