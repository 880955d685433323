import { LevigateError } from '../../contract/index.ts';
import { findModel } from '../../store/queries/models.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { findBackbone } from '../models/find-backbone.ts';
import { modelNotFound } from '../models/model-not-found.ts';
import { exportAdapter } from './export-adapter.ts';
import { exportOnnx } from './export-onnx.ts';

export interface ExportModel {
  readonly model: string;
  readonly format: 'onnx' | 'adapter';
  /** Of a model of several targets, for `onnx`. */
  readonly target?: string | undefined;
}

export interface ExportedModel {
  readonly filename: string;
  readonly body: ReadableStream<Uint8Array>;
  /** null: known only once it was sent. */
  readonly sizeBytes: number | null;
}

/** A model's weights as one tar. Rejects with `unsupported_option` for what a format cannot express. */
export async function exportModel(ctx: Context, { model, format, target }: ExportModel): Promise<ExportedModel> {
  requireScope(ctx, 'models:read');
  const row = await findModel(ctx.services.db, { id: model, projectId: ctx.actor.projectId });
  if (!row) throw findBackbone(ctx.services, model) ? isBackbone(model) : modelNotFound(model);
  const filename = `${model.replaceAll(/[^\w.-]+/g, '-')}.${format}.tar`;
  if (format === 'adapter') return { filename, body: await exportAdapter(ctx, row), sizeBytes: null };
  return { filename, ...(await exportOnnx(ctx, row, target ?? null)) };
}

const isBackbone = (model: string): LevigateError =>
  new LevigateError(
    'model_is_backbone',
    `"${model}" is a bare backbone: get it where it comes from, or export a model fine-tuned from it`,
    {
      param: 'model',
    },
  );
