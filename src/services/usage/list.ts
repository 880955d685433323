import { DEFAULT_USAGE_DAYS, LevigateError, USAGE_DAY_S } from '../../contract/index.ts';
import type { UsageBucket, UsagePage, UsageQuery, UsageResult } from '../../contract/index.ts';
import { listTrainingUsage, listUsage } from '../../store/queries/usage.ts';
import type { UsageRange } from '../../store/queries/usage.ts';
import { requireScope, toSeconds } from '../context.ts';
import type { Context } from '../context.ts';
import { flushUsage } from './meter.ts';

/** The project's usage by day, oldest first, with what this gateway has counted up to now. */
export async function listUsagePage(ctx: Context, query: UsageQuery): Promise<UsagePage> {
  requireScope(ctx, 'usage:read');
  const { services, actor } = ctx;
  const nowS = toSeconds(services.clock.nowMs());
  const today = Math.floor(nowS / USAGE_DAY_S);
  const startDay =
    query.start_time === undefined ? today - DEFAULT_USAGE_DAYS + 1 : Math.floor(query.start_time / USAGE_DAY_S);
  const endDay = query.end_time === undefined ? today + 1 : Math.ceil(query.end_time / USAGE_DAY_S);
  if (endDay <= startDay)
    throw new LevigateError('invalid_request', '"end_time": is not after "start_time"', { param: 'end_time' });
  const firstDay = query.page === undefined ? startDay : Math.max(startDay, Number(query.page));
  const pageEnd = Math.min(endDay, firstDay + query.limit);
  await flushUsage(services);
  const range: UsageRange = { projectId: actor.projectId, firstDay, endDay: pageEnd, model: query.models };
  const isByModel = query.group_by !== undefined || query['group_by[]'] !== undefined;
  const results = await readResults(ctx, range, isByModel);
  const days = Array.from({ length: Math.max(0, pageEnd - firstDay) }, (_, index) => firstDay + index);
  const hasMore = pageEnd < endDay;
  return {
    object: 'page',
    data: days.map((day): UsageBucket => ({
      object: 'bucket',
      start_time: day * USAGE_DAY_S,
      end_time: (day + 1) * USAGE_DAY_S,
      results: [...(results.get(day)?.values() ?? [])],
    })),
    has_more: hasMore,
    next_page: hasMore ? String(pageEnd) : null,
  };
}

/** By day, then by model, or all models as one. */
async function readResults(
  { services: { db } }: Context,
  range: UsageRange,
  isByModel: boolean,
): Promise<Map<number, Map<string, UsageResult>>> {
  const [used, trained] = await Promise.all([listUsage(db, range), listTrainingUsage(db, range)]);
  const days = new Map<number, Map<string, UsageResult>>();
  const resultOf = (day: number, model: string): UsageResult => {
    const results = days.get(day) ?? new Map<string, UsageResult>();
    days.set(day, results);
    const key = isByModel ? model : '';
    const result = results.get(key) ?? emptyResult(range.projectId, isByModel ? model : null);
    results.set(key, result);
    return result;
  };
  for (const { day, model, requests, inputs, inputTokens, cachedTokens } of used) {
    const result = resultOf(day, model);
    result.num_model_requests += requests;
    result.num_inputs += inputs;
    result.input_tokens += inputTokens;
    result.input_cached_tokens += cachedTokens;
  }
  for (const { day, model, jobs, seconds, tokens } of trained) {
    const result = resultOf(day, model);
    result.num_jobs += jobs;
    result.training_seconds += seconds;
    result.trained_tokens += tokens;
  }
  return days;
}

const emptyResult = (projectId: string, model: string | null): UsageResult => ({
  object: 'usage.result',
  project_id: projectId,
  model,
  num_model_requests: 0,
  num_inputs: 0,
  input_tokens: 0,
  input_cached_tokens: 0,
  num_jobs: 0,
  training_seconds: 0,
  trained_tokens: 0,
});
