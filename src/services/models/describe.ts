import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { findModel } from '../../store/queries/models.ts';
import { backboneOf } from './backbone-of.ts';
import type { NamedBackbone } from './backbone-of.ts';

export interface DescribedModel {
  readonly id: string;
  readonly backbone: NamedBackbone;
  /** Of the outputs; none for a bare backbone, and for numbers. */
  readonly labels: readonly string[];
  /** null for a bare backbone. */
  readonly adapterSha256: string | null;
}

/** A model with its labels and its backbone; rejects with `model_not_found`. */
export async function describeModel(ctx: Context, id: string): Promise<DescribedModel> {
  requireScope(ctx, 'models:read');
  const backbone = await backboneOf(ctx, id);
  const row = await findModel(ctx.services.db, { id, projectId: ctx.actor.projectId });
  return { id, backbone, labels: row?.labels ?? [], adapterSha256: row?.adapterSha256 ?? null };
}
