import type { UsageBucket, UsageResult } from '../sdk/index.ts';
import { formatColumns } from './report-table.ts';

const HEAD = ['day', 'model', 'requests', 'inputs', 'tokens', 'cached', 'jobs', 'training s'];

/** A line for each day and model with any use. */
export function formatUsage(buckets: readonly UsageBucket[]): string {
  const rows = buckets.flatMap(({ start_time, results }) => {
    const day = new Date(start_time * 1000).toISOString().slice(0, 10);
    return results.map((result) => [day, result.model ?? '', ...toColumns(result)]);
  });
  if (rows.length === 0) return 'nothing was used in these days';
  return formatColumns([HEAD, ...rows]);
}

const toColumns = (result: UsageResult): string[] => [
  String(result.num_model_requests),
  String(result.num_inputs),
  String(result.input_tokens),
  String(result.input_cached_tokens),
  String(result.num_jobs),
  result.training_seconds.toFixed(1),
];
