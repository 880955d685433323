import { createId } from '../../contract/index.ts';
import type { CreateJobRequest, Job } from '../../contract/index.ts';
import { insertJobOnce } from '../../store/queries/jobs.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { checkFiles } from './check-files.ts';
import type { CheckedFiles } from './check-files.ts';
import { checkRequest } from './check-request.ts';
import { dedupeOf, findFirstJob } from './dedupe.ts';
import type { CreationHeaders } from './dedupe.ts';
import { defaultDuration } from './default-duration.ts';
import { jobMessage } from './job-event-row.ts';
import { requireJob } from './require-job.ts';
import { resolveRequest } from './resolve-request.ts';
import { sizeOfJob } from './size-of-job.ts';
import { toJob } from './to-wire.ts';

/**
 * Accepts a job only after reading its files, so what is queued can run. A retry of the same creation gets the first job.
 */
export async function createJob(ctx: Context, given: CreateJobRequest, headers: CreationHeaders): Promise<Job> {
  requireScope(ctx, 'jobs:write');
  const { services } = ctx;
  const dedupe = dedupeOf(ctx, given, headers);
  const first = await findFirstJob(ctx, dedupe);
  if (first) return toJob(first, services.clock.nowMs());
  const { request, notes } = await resolveRequest(ctx, given);
  const backbone = checkRequest(services, request);
  const checked = await checkFiles(ctx, request, backbone);
  const nowMs = services.clock.nowMs();
  const expectedSeconds = defaultDuration(sizeOfJob(request, checked, backbone));
  const job = { ...newJob(ctx, request, nowMs), dedupeKey: dedupe.key, expectedSeconds };
  const isInserted = await insertJobOnce(
    services.db,
    job,
    firstEvents(job.id, request, { ...checked, notes }, nowMs),
    dedupe.window,
  );
  if (isInserted) services.wakeWorker(job.id);
  // Another request of the same wish was faster while this one read the files.
  const row = isInserted ? await requireJob(ctx, job.id) : await findFirstJob(ctx, dedupe);
  if (!row) throw new Error(`internal: ${job.id} was neither inserted nor found`);
  return toJob(row, nowMs);
}

function newJob({ actor }: Context, request: CreateJobRequest, nowMs: number) {
  return {
    id: createId('job', nowMs),
    projectId: actor.projectId,
    status: 'queued' as const,
    model: request.model,
    trainingFile: request.training_file,
    validationFile: request.validation_file ?? null,
    suffix: request.suffix ?? null,
    seed: request.seed ?? randomSeed(),
    hyperparameters: request.method?.supervised?.hyperparameters ?? request.hyperparameters ?? {},
    levi: request.levi ?? {},
    metadata: request.metadata ?? null,
    resultFiles: [],
    createdMs: nowMs,
  };
}

// OpenAI's range of seeds: 31 bits.
const randomSeed = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) >>> 1;

// What is worth an interruption; the report lists every finding.
const MAX_LINT_EVENTS = 20;

interface Found extends Pick<CheckedFiles, 'training' | 'lint'> {
  readonly notes: readonly string[];
}

function firstEvents(jobId: string, request: CreateJobRequest, { training, lint, notes }: Found, nowMs: number) {
  const labels = training.targets.reduce((sum, target) => sum + Object.keys(target.labels).length, 0);
  const warnings = lint.filter(({ severity }) => severity !== 'info').slice(0, MAX_LINT_EVENTS);
  return [
    jobMessage(jobId, nowMs, `Created fine-tuning job: ${jobId}`),
    jobMessage(jobId, nowMs, `Validating training file: ${request.training_file}`, {
      data: { status: 'validating_files' },
    }),
    ...notes.map((note) => jobMessage(jobId, nowMs, note)),
    ...warnings.map(({ message, ...data }) =>
      jobMessage(jobId, nowMs, `${data.file}: ${message}`, { level: 'warn', data }),
    ),
    jobMessage(jobId, nowMs, `Files validated (${training.rows} rows, ${labels} labels), moving job to queued state`, {
      data: { status: 'queued', rows: training.rows, labels },
    }),
  ];
}
