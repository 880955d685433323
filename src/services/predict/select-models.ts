import { LevigateError } from '../../contract/index.ts';
import type { PredictRequest } from '../../contract/index.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import type { Context } from '../context.ts';
import { findBackbone } from '../models/find-backbone.ts';
import { modelCacheOf } from '../models/model-cache.ts';
import { modelNotFound } from '../models/model-not-found.ts';

/** The models of a request in its order; rejects what cannot be served, naming the field. */
export async function selectModels(
  ctx: Context,
  { model, models }: Pick<PredictRequest, 'model' | 'models'>,
): Promise<ModelRow[]> {
  const named = nameModels(model, models);
  const byId = await modelCacheOf(ctx.services).findAll(ctx.services, {
    ids: named.map(({ id }) => id),
    projectId: ctx.actor.projectId,
  });
  return named.map(({ id, param }) => {
    const row = byId.get(id);
    if (row) return row;
    throw findBackbone(ctx.services, id) ? modelIsBackbone(id, param) : modelNotFound(id, param);
  });
}

interface NamedModel {
  readonly id: string;
  readonly param: string;
}

function nameModels(model: string | undefined, models: readonly string[] | undefined): NamedModel[] {
  if ((model === undefined) === (models === undefined)) {
    throw new LevigateError('invalid_request', 'give exactly one of "model" (one id) and "models" (a list of ids)', {
      param: 'model',
    });
  }
  if (model !== undefined) return [{ id: model, param: 'model' }];
  const named = (models ?? []).map((id, index) => ({ id, param: `models.${index}` }));
  const seen = new Set<string>();
  // `add` gives the set itself: a name is repeated when it was in it before.
  const repeated = named.find(({ id }) => seen.size === seen.add(id).size);
  if (!repeated) return named;
  throw new LevigateError(
    'invalid_request',
    `"${repeated.param}": "${repeated.id}" is named twice; name each model once`,
    {
      param: repeated.param,
    },
  );
}

const modelIsBackbone = (id: string, param: string): LevigateError =>
  new LevigateError(
    'model_is_backbone',
    `"${id}" is a bare backbone: it has no labels to predict. Fine-tune it (POST /v1/fine_tuning/jobs with "model": "${id}") and use the job's fine_tuned_model here.`,
    { param },
  );
