import type { DryRun } from '../../contract/index.ts';
import { listSucceededJobs } from '../../store/queries/jobs.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import type { Context } from '../context.ts';

// all-minilm-l6-v2 on two CPU cores, sentences of SST-2, every method, nothing cached: 500 rows (11,842 tokens) took 4.0 s,
// 2,000 rows 8.6 s, 4,000 rows 16.6 s; these give 3.8, 9.1 and 15.8.
const FIXED_SECONDS = 2;
const SECONDS_PER_TOKEN = 0.00015;

const PAST_JOBS = 20;
const NEAREST_JOBS = 5;

/**
 * How long a job would run: a fixed part and a part per token, as measured on a small machine; times what this project's
 * past jobs on the same backbone took of that, in the median of the five nearest in size.
 */
export async function estimateDuration(
  { services, actor }: Context,
  { model, tokens }: { readonly model: string; readonly tokens: number },
): Promise<DryRun['estimate']> {
  const past = await listSucceededJobs(services.db, { projectId: actor.projectId, model, limit: PAST_JOBS });
  const distance = (job: JobRow): number => Math.abs(Math.log((job.trainedTokens ?? 1) / Math.max(1, tokens)));
  const ratios = past
    .filter(({ trainedTokens }) => (trainedTokens ?? 0) > 0)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, NEAREST_JOBS)
    .map(slowness)
    .sort((a, b) => a - b);
  const median = ratios[Math.floor(ratios.length / 2)];
  const seconds = defaultSeconds(tokens) * (median ?? 1);
  return { seconds: Math.round(seconds * 10) / 10, tokens, based_on: median === undefined ? 'default' : 'past_jobs' };
}

const defaultSeconds = (tokens: number): number => FIXED_SECONDS + SECONDS_PER_TOKEN * tokens;

const slowness = ({ startedMs, finishedMs, trainedTokens }: JobRow): number =>
  ((finishedMs ?? 0) - (startedMs ?? 0)) / 1000 / defaultSeconds(trainedTokens ?? 0);
