import { firstMistake, LevigateError, PredictRecord, REPLICATE_OWNER, createId } from '../../contract/index.ts';
import type { Prediction, ReplicatePrediction, ReplicateWebhook } from '../../contract/index.ts';
import {
  findReplicatePrediction,
  insertReplicatePrediction,
  listReplicatePredictions,
} from '../../store/queries/replicate-predictions.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { predict } from '../predict/predict.ts';
import { newWebhookEvent } from '../events/new-event.ts';
import { describeModel } from '../models/describe.ts';
import { passingEndpoint } from './passing-endpoint.ts';

export interface CreatePrediction extends ReplicateWebhook {
  readonly model: string;
  /** A record `{text, image, fields}`, or `{texts}`; other keys are refused. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly baseUrl: string;
}

/** Predicts, keeps the outcome for as long as it may be asked for, and tells the webhook. A worker's failure is a failed prediction. */
export async function createPrediction(ctx: Context, request: CreatePrediction): Promise<ReplicatePrediction> {
  requireScope(ctx, 'predict');
  const { model, input, baseUrl, webhook, webhook_events_filter: filter } = request;
  const { services, actor } = ctx;
  const records = toRecords(input);
  const { backbone } = await describeModel(ctx, model);
  const startedMs = services.clock.nowMs();
  const id = createId('prediction', startedMs);
  const endpoint = webhook === undefined ? null : passingEndpoint(ctx, { url: webhook, subjectId: id, filter });
  const outcome = await predict(ctx, { model, input: records }).then(
    ({ response }) => ({ output: toOutput(response.data, 'texts' in input), error: null }),
    (error: unknown) => {
      if (error instanceof LevigateError && error.status >= 500) return { output: null, error: error.message };
      throw error;
    },
  );
  const completedMs = services.clock.nowMs();
  const body: ReplicatePrediction = {
    id,
    model: `${REPLICATE_OWNER}/${backbone.name}`,
    version: model,
    input: { ...input },
    ...outcome,
    logs: '',
    status: outcome.error === null ? 'succeeded' : 'failed',
    created_at: new Date(startedMs).toISOString(),
    started_at: new Date(startedMs).toISOString(),
    completed_at: new Date(completedMs).toISOString(),
    source: 'api',
    data_removed: false,
    metrics: { predict_time: (completedMs - startedMs) / 1000 },
    urls: { get: `${baseUrl}/predictions/${id}`, cancel: `${baseUrl}/predictions/${id}/cancel` },
    ...(webhook === undefined ? {} : { webhook }),
    ...(filter === undefined ? {} : { webhook_events_filter: filter }),
  };
  const { projectId } = actor;
  const event = newWebhookEvent({ projectId, type: 'prediction.completed', subjectId: id, nowMs: completedMs });
  await insertReplicatePrediction(
    services.db,
    { id, projectId, body, createdMs: completedMs },
    endpoint === null ? null : { endpoint, event },
  );
  if (endpoint !== null) services.wakeOutbox();
  return body;
}

/** One that is missing, forgotten or another project's is the same `not_found`. */
export async function getPrediction(ctx: Context, id: string): Promise<ReplicatePrediction> {
  requireScope(ctx, 'predict');
  const row = await findReplicatePrediction(ctx.services.db, { id, projectId: ctx.actor.projectId });
  if (row) return row.body;
  throw new LevigateError('not_found', `there is no prediction "${id}": they are kept for an hour`);
}

export async function listPredictions(ctx: Context): Promise<readonly ReplicatePrediction[]> {
  requireScope(ctx, 'predict');
  const rows = await listReplicatePredictions(ctx.services.db, { projectId: ctx.actor.projectId, limit: 100 });
  return rows.map(({ body }) => body);
}

function toRecords(input: CreatePrediction['input']): PredictRecord[] {
  const { texts, ...record } = input;
  if (texts === undefined) return [parseRecord(record)];
  if (!Array.isArray(texts) || texts.length === 0 || Object.keys(record).length > 0)
    throw invalid('texts', 'must be a list of texts, with nothing beside it');
  return texts.map((text: unknown) => parseRecord({ text }));
}

function parseRecord(record: unknown): PredictRecord {
  const parsed = PredictRecord.safeParse(record);
  if (parsed.success) return parsed.data;
  const { path, message } = firstMistake(parsed.error);
  throw invalid(path, message);
}

const invalid = (field: string, problem: string): LevigateError =>
  new LevigateError('invalid_request', `input${field === '' ? '' : `.${field}`}: ${problem}`, {
    param: field === '' ? 'input' : `input.${field}`,
  });

function toOutput(predictions: readonly Prediction[], isList: boolean): unknown {
  // The prediction says which model it is of, and its place in the list which input.
  const answers = predictions.map((prediction) => {
    const { object: _, index: __, model: ___, ...answer } = prediction;
    return answer;
  });
  return isList ? answers : answers[0];
}
