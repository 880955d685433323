import type { EventType, JobError, Verification } from '../../contract/index.ts';
import type { JobChange } from '../../store/queries/change-job.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import { jobWebhookEvent } from '../events/job-event.ts';
import { jobMessage } from './job-event-row.ts';

/** How a job can end, and what is then told. */
export type JobOutcome =
  | { readonly status: 'succeeded'; readonly fineTunedModel: string }
  | { readonly status: 'succeeded'; readonly verification: Verification }
  | { readonly status: 'failed'; readonly error: JobError }
  | { readonly status: 'cancelled' };

const WEBHOOK_TYPES = {
  succeeded: 'fine_tuning.job.succeeded',
  failed: 'fine_tuning.job.failed',
  cancelled: 'fine_tuning.job.cancelled',
} as const satisfies Record<JobOutcome['status'], EventType>;

/** Ends a job: its row, its last event (`data.status` tells streams to end) and its webhook event, for one batch. */
export function finishChange(job: JobRow, outcome: JobOutcome, nowMs: number): JobChange {
  const { status } = outcome;
  return {
    set: {
      status,
      finishedMs: nowMs,
      requestedOrder: null,
      leaseExpiresMs: null,
      ...(status === 'failed' ? { error: outcome.error } : {}),
      ...(status === 'succeeded' ? resultOf(outcome) : {}),
    },
    events: [finalEvent(job, outcome, nowMs)],
    webhookEvents: [jobWebhookEvent(job, WEBHOOK_TYPES[status], nowMs)],
  };
}

function finalEvent(job: JobRow, outcome: JobOutcome, nowMs: number) {
  switch (outcome.status) {
    case 'succeeded':
      if ('verification' in outcome) return verdictEvent(job, outcome.verification, nowMs);
      return jobMessage(job.id, nowMs, 'The job has successfully completed', {
        data: { status: 'succeeded', fine_tuned_model: outcome.fineTunedModel },
      });
    case 'failed':
      return jobMessage(job.id, nowMs, `The job failed: ${outcome.error.message}`, {
        level: 'error',
        data: { status: 'failed', error: outcome.error },
      });
    case 'cancelled':
      return jobMessage(job.id, nowMs, 'The job was cancelled', { data: { status: 'cancelled' } });
    default:
      return outcome satisfies never;
  }
}

type Success = Extract<JobOutcome, { status: 'succeeded' }>;

const resultOf = (outcome: Success): JobChange['set'] =>
  'verification' in outcome ? { verification: outcome.verification } : { fineTunedModel: outcome.fineTunedModel };

function verdictEvent(job: JobRow, verification: Verification, nowMs: number) {
  const { matches, message } = verification;
  const data = { status: 'succeeded', verifies: job.verifies, matches };
  return jobMessage(job.id, nowMs, message, { level: matches ? 'info' : 'warn', data });
}
