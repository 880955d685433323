import type { DryRun } from '../../contract/index.ts';
import { listSucceededJobs } from '../../store/queries/jobs.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import type { Context } from '../context.ts';
import { defaultDuration } from './default-duration.ts';
import type { JobSize } from './default-duration.ts';

const PAST_JOBS = 20;
const NEAREST_JOBS = 5;

export interface EstimateInput extends JobSize {
  readonly model: string;
  /** Of the training file alone, for the answer. */
  readonly trainingTokens: number;
}

/**
 * How long a job would run: what its size and options take on a small machine, times what this project's past jobs on the same backbone
 * took of that, in the median of the five nearest in size.
 */
export async function estimateDuration(
  { services, actor }: Context,
  { model, trainingTokens, ...size }: EstimateInput,
): Promise<DryRun['estimate']> {
  const past = await listSucceededJobs(services.db, { projectId: actor.projectId, model, limit: PAST_JOBS });
  const expected = defaultDuration(size);
  const distance = (job: JobRow): number => Math.abs(Math.log((job.expectedSeconds ?? 1) / expected));
  const ratios = past
    .filter(({ expectedSeconds }) => (expectedSeconds ?? 0) > 0)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, NEAREST_JOBS)
    .map(slowness)
    .sort((a, b) => a - b);
  const median = ratios[Math.floor(ratios.length / 2)];
  return {
    seconds: Math.round(expected * (median ?? 1) * 10) / 10,
    tokens: trainingTokens,
    based_on: median === undefined ? 'default' : 'past_jobs',
  };
}

const slowness = ({ startedMs, finishedMs, expectedSeconds }: JobRow): number =>
  ((finishedMs ?? 0) - (startedMs ?? 0)) / 1000 / (expectedSeconds ?? 1);
