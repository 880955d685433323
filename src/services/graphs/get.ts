import type { ModelGraph } from '../../contract/index.ts';
import { findModel } from '../../store/queries/models.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { askWorker } from '../predict/ask-worker.ts';
import { findBackbone } from '../models/find-backbone.ts';
import { modelNotFound } from '../models/model-not-found.ts';

/** How a model, or a bare backbone, is put together: told by a worker, which has both at hand. */
export async function getModelGraph(ctx: Context, id: string): Promise<ModelGraph> {
  requireScope(ctx, 'models:read');
  if (findBackbone(ctx.services, id)) return askWorker(ctx, 'graph', { backbone: id, model: id, adapter: null });
  const model = await findModel(ctx.services.db, { id, projectId: ctx.actor.projectId });
  if (!model) throw modelNotFound(id);
  const adapter = { sha256: model.adapterSha256, bytes: model.adapterBytes };
  return askWorker(ctx, 'graph', { backbone: model.backbone, model: id, adapter });
}
