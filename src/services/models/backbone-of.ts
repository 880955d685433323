import type { BackboneInfo } from '../../contract/index.ts';
import { findModel } from '../../store/queries/models.ts';
import type { Context } from '../context.ts';
import { findBackbone } from './find-backbone.ts';
import { modelNotFound } from './model-not-found.ts';

export interface NamedBackbone extends BackboneInfo {
  readonly name: string;
}

/** The backbone behind a model's name: itself, or the one that a fine-tuned model reads with. Rejects with `model_not_found`. */
export async function backboneOf({ services, actor }: Context, model: string): Promise<NamedBackbone> {
  const own = findBackbone(services, model);
  if (own) return { ...own, name: model };
  const row = await findModel(services.db, { id: model, projectId: actor.projectId });
  const backbone = row && findBackbone(services, row.backbone);
  if (row === undefined || backbone === undefined) throw modelNotFound(model);
  return { ...backbone, name: row.backbone };
}
