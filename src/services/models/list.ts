import type { Model } from '../../contract/index.ts';
import { listModels as selectModels } from '../../store/queries/models.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { toBackboneModel, toModel } from './to-wire.ts';

/** The project's fine-tuned models, newest first, then the backbones. */
export async function listModels(ctx: Context): Promise<Model[]> {
  requireScope(ctx, 'models:read');
  const rows = await selectModels(ctx.services.db, ctx.actor.projectId);
  const backbones = Object.entries(ctx.services.settings.backbones);
  return [...rows.map(toModel), ...backbones.map(([name, info]) => toBackboneModel(name, info))];
}
