import { randomBytes } from 'node:crypto';
import { getLogger } from '@logtape/logtape';
import type { BatchEndpoint } from '../../contract/index.ts';
import { claimDueBatch, commitBatch, releaseBatch } from '../../store/queries/batches.ts';
import type { BatchChange, BatchRow } from '../../store/queries/batches.ts';
import { findFileOfJob } from '../../store/queries/files.ts';
import type { FileRow } from '../../store/queries/files.ts';
import { findProject } from '../../store/queries/projects.ts';
import type { Context } from '../context.ts';
import { createAdmission } from '../limits/admission.ts';
import type { Services } from '../ports.ts';
import type { AnswerRequest } from './answer-request.ts';
import { answerStep } from './answer-step.ts';
import type { SliceLimits } from './answer-step.ts';
import { dropParts, finalizeStep } from './finalize-step.ts';
import { validateStep } from './validate-step.ts';

const log = getLogger(['levigate', 'batches']);

/** Longer than a slice's lines may take to be begun and to be answered. */
const LEASE_MS = 5 * 60_000;
const RETRY_MS = 10_000;
const SLICE: SliceLimits = { lines: 100, concurrent: 16, forMs: 30_000 };

export interface RunBatches {
  readonly answers: Readonly<Record<BatchEndpoint, AnswerRequest>>;
  readonly signal?: AbortSignal | undefined;
  /** No further slice is begun after so long; default none. */
  readonly forMs?: number | undefined;
  /** At most so many; default all that are due. */
  readonly maxSteps?: number | undefined;
  readonly slice?: Partial<SliceLimits> | undefined;
}

/**
 * Works on what is due, a step of a batch at a time and the one that has waited longest first, until nothing is. Any number of gateways may
 * run it at once: a step is leased, and what it came to is committed only under its lease. @returns how many steps were taken
 */
export async function runBatches(services: Services, options: RunBatches): Promise<number> {
  const endMs = performance.now() + (options.forMs ?? Infinity);
  let steps = 0;
  while (options.signal?.aborted !== true && performance.now() < endMs && steps < (options.maxSteps ?? Infinity)) {
    const nowMs = services.clock.nowMs();
    const leaseToken = randomBytes(16).toString('base64url');
    const batch = await claimDueBatch(services.db, { leaseToken, nowMs, leaseExpiresMs: nowMs + LEASE_MS });
    if (!batch) break;
    await takeStep(services, batch, options);
    steps += 1;
  }
  return steps;
}

async function takeStep(services: Services, batch: BatchRow, options: RunBatches): Promise<void> {
  try {
    const change = await stepOf(services, batch, options);
    const committed = await commitBatch(services.db, batch, change);
    if (!committed) return await discard(services, change);
    if (committed.dueMs !== null) return;
    services.wakeOutbox();
    await dropParts(services, batch.id);
  } catch (error) {
    log.error('a step of a batch failed and is tried again', { batch: batch.id, status: batch.status, error });
    await releaseBatch(services.db, batch, services.clock.nowMs() + RETRY_MS);
  }
}

async function stepOf(services: Services, batch: BatchRow, options: RunBatches): Promise<BatchChange> {
  const input = await findFileOfJob(services.db, { id: batch.inputFile, projectId: batch.projectId });
  const nowMs = services.clock.nowMs();
  switch (batch.status) {
    case 'validating':
    case 'in_progress':
      if (batch.expiresMs <= nowMs) return finalizeStep(services, { batch, input, status: 'expired' });
      if (!input) throw new Error(`internal: the input file ${batch.inputFile} is gone`);
      return batch.status === 'validating'
        ? validateStep(services, batch, input)
        : answerStep(
            await contextOf(services, batch, options),
            { batch, file: input, answer: options.answers[batch.endpoint] },
            { ...SLICE, ...options.slice },
          );
    case 'finalizing':
      return finalizeStep(services, { batch, input, status: 'completed' });
    case 'cancelling':
      return finalizeStep(services, { batch, input, status: 'cancelled' });
    case 'completed':
    case 'failed':
    case 'expired':
    case 'cancelled':
      throw new Error(`internal: ${batch.id} has ended and is due`);
    default:
      return batch.status satisfies never;
  }
}

/** Whoever created the batch asks its requests, after those who wait. */
async function contextOf(
  services: Services,
  { projectId, keyId, scopes, id }: BatchRow,
  { signal }: RunBatches,
): Promise<Context> {
  const project = await findProject(services.db, projectId);
  if (!project) throw new Error(`internal: project ${projectId} is gone while its batch is there`);
  return {
    services,
    actor: { projectId, keyId, scopes, project, limits: null },
    requestId: id,
    signal: signal ?? new AbortController().signal,
    admission: createAdmission(),
    priority: 'bulk',
  };
}

/** Nobody will name these: another has the batch, or its user cancelled it. */
async function discard({ blobs }: Services, { parts = [], files = [] }: BatchChange): Promise<void> {
  const keys = [...parts.map(({ blobKey }) => blobKey), ...files.map((file: Pick<FileRow, 'blobKey'>) => file.blobKey)];
  for (const key of keys) await blobs.delete(key);
}
