import { LIMITS } from '../../contract/index.ts';
import type { CreateJobRequest, ReplicateTraining, ReplicateWebhook } from '../../contract/index.ts';
import { insertPassingEndpoint } from '../../store/queries/webhook-endpoints.ts';
import { listJobs } from '../../store/queries/jobs.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { cancelJob } from '../jobs/cancel.ts';
import { createJob } from '../jobs/create.ts';
import type { CreationHeaders } from '../jobs/dedupe.ts';
import { requireJob } from '../jobs/require-job.ts';
import { passingEndpoint } from './passing-endpoint.ts';
import { DESTINATION, toTraining } from './to-training.ts';

export interface CreateTraining extends ReplicateWebhook {
  readonly backbone: string;
  /** `owner/name`: the name becomes the model's suffix. */
  readonly destination: string;
  readonly input: Pick<CreateJobRequest, 'training_file' | 'validation_file' | 'seed' | 'levi' | 'hyperparameters'>;
  readonly headers: CreationHeaders;
  readonly baseUrl: string;
}

/** A fine-tuning job, whose end is told in Replicate's shape. */
export async function createTraining(ctx: Context, request: CreateTraining): Promise<ReplicateTraining> {
  const { backbone, destination, input, headers, baseUrl, webhook, webhook_events_filter: filter } = request;
  if (webhook !== undefined) ctx.services.webhooks.assertAllowed(webhook);
  const suffix = destination.slice(destination.indexOf('/') + 1).slice(0, LIMITS.suffixChars);
  const job = await createJob(
    ctx,
    { ...input, model: backbone, suffix, metadata: { [DESTINATION]: destination } },
    headers,
  );
  // A job takes longer than this: its end cannot come before.
  const endpoint = webhook === undefined ? null : passingEndpoint(ctx, { url: webhook, subjectId: job.id, filter });
  if (endpoint !== null) await insertPassingEndpoint(ctx.services.db, endpoint);
  return { ...(await getTraining(ctx, job.id, baseUrl)), ...(webhook === undefined ? {} : { webhook }) };
}

export async function getTraining(ctx: Context, id: string, baseUrl: string): Promise<ReplicateTraining> {
  requireScope(ctx, 'jobs:read');
  return toTraining(await requireJob(ctx, id), baseUrl);
}

export async function listTrainings(ctx: Context, baseUrl: string): Promise<readonly ReplicateTraining[]> {
  requireScope(ctx, 'jobs:read');
  const jobs = await listJobs(ctx.services.db, { projectId: ctx.actor.projectId, limit: LIMITS.pageMax });
  return jobs.map((job) => toTraining(job, baseUrl));
}

export async function cancelTraining(ctx: Context, id: string, baseUrl: string): Promise<ReplicateTraining> {
  await cancelJob(ctx, id);
  return getTraining(ctx, id, baseUrl);
}
