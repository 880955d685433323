import type { DryRun } from '../../contract/index.ts';
import { listSucceededJobs } from '../../store/queries/jobs.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import type { Context } from '../context.ts';

// Measured with all-minilm-l6-v2 on two CPU cores: 2,000 short texts, every method, nothing cached.
const FIXED_SECONDS = 5;
const SECONDS_PER_TOKEN = 0.0005;

const PAST_JOBS = 20;
const NEAREST_JOBS = 5;

/**
 * How long a job would run. Without past jobs a fixed part and a part per token; with them, the median of what the five
 * jobs nearest in size took, the part per token scaled to this one's size.
 */
export async function estimateDuration(
  { services, actor }: Context,
  { model, tokens }: { readonly model: string; readonly tokens: number },
): Promise<DryRun['estimate']> {
  const past = await listSucceededJobs(services.db, { projectId: actor.projectId, model, limit: PAST_JOBS });
  const distance = (job: JobRow): number => Math.abs(Math.log((job.trainedTokens ?? 1) / Math.max(1, tokens)));
  const estimates = past
    .filter(({ trainedTokens }) => (trainedTokens ?? 0) > 0)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, NEAREST_JOBS)
    .map((job) => scaleTo(job, tokens));
  const median = estimates.sort((a, b) => a - b)[Math.floor(estimates.length / 2)];
  const seconds = median ?? FIXED_SECONDS + SECONDS_PER_TOKEN * tokens;
  return { seconds: Math.round(seconds * 10) / 10, tokens, based_on: median === undefined ? 'default' : 'past_jobs' };
}

function scaleTo({ startedMs, finishedMs, trainedTokens }: JobRow, tokens: number): number {
  const seconds = ((finishedMs ?? 0) - (startedMs ?? 0)) / 1000;
  const fixed = Math.min(FIXED_SECONDS, seconds);
  return fixed + (seconds - fixed) * (tokens / Math.max(1, trainedTokens ?? 1));
}
