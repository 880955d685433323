import type { DriftReference, ModelDrift } from '../../contract/index.ts';
import { DRIFT_WINDOW_ROWS } from '../../levi/drift/drift-test.ts';
import { countDriftRows, findDriftState } from '../../store/queries/drift.ts';
import { findModel } from '../../store/queries/models.ts';
import { requireScope, toSecondsOrNull } from '../context.ts';
import type { Context } from '../context.ts';
import { findBackbone } from './find-backbone.ts';
import { modelNotFound } from './model-not-found.ts';

/** Whether a model's predictions are still of inputs like those it was validated on. */
export async function getModelDrift(ctx: Context, id: string): Promise<ModelDrift> {
  requireScope(ctx, 'models:read');
  const { db } = ctx.services;
  const nothing = {
    object: 'model.drift' as const,
    model: id,
    state: 'unavailable' as const,
    since: null,
    collected: { rows: 0, needed: DRIFT_WINDOW_ROWS },
    reference: null,
    windows: [],
  };
  if (findBackbone(ctx.services, id)) return nothing;
  const model = await findModel(db, { id, projectId: ctx.actor.projectId });
  if (!model) throw modelNotFound(id);
  if (model.driftReference === null) return nothing;
  const state = await findDriftState(db, id);
  return {
    ...nothing,
    state: state?.state ?? 'collecting',
    since: toSecondsOrNull(state?.sinceMs ?? null),
    collected: { rows: await countDriftRows(db, id), needed: DRIFT_WINDOW_ROWS },
    reference: toRates(model.driftReference),
    windows: state?.windows ?? [],
  };
}

function toRates({ rows, labels }: DriftReference): ModelDrift['reference'] {
  if (labels === null) return { rows, label_rates: null };
  const total = Object.values(labels).reduce((sum, count) => sum + count, 0);
  return {
    rows,
    label_rates: Object.fromEntries(Object.entries(labels).map(([label, count]) => [label, count / total])),
  };
}
