import { getLogger } from '@logtape/logtape';
import { isErrorCode, LevigateError, WORKER_VERBS } from '../../contract/index.ts';
import type { ErrorCode, WorkerRequest, WorkerResponse, WorkerVerb } from '../../contract/index.ts';
import type { WorkerRow } from '../../store/queries/workers.ts';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { WorkerAnswer } from '../ports.ts';
import { listAliveWorkers } from '../workers/list-alive.ts';
import { rankWorkers } from './rank-workers.ts';

const log = getLogger(['levigate', 'predict']);

const MAX_WORKERS_TRIED = 2;
const RETRY_AFTER_NO_WORKER_S = 5;
const RETRY_AFTER_WORKER_GONE_S = 1;

/**
 * Asks the worker that has the backbone's caches, and once more the next one if the first is gone.
 * Rejects with `no_worker`, `worker_failed`, `timeout` or the worker's own error.
 */
export async function askWorker<Verb extends WorkerVerb>(
  ctx: Context,
  verb: Verb,
  request: WorkerRequest<Verb>,
): Promise<WorkerResponse<Verb>> {
  const { services } = ctx;
  const ranked = rankWorkers(await listAliveWorkers(services), request.backbone);
  // One worker alone is asked again: what broke may have been a kept connection that it had just closed.
  const workers = ranked.length === 1 ? [...ranked, ...ranked] : ranked.slice(0, MAX_WORKERS_TRIED);
  if (workers.length === 0) {
    services.wakeWorker(request.backbone);
    throw new LevigateError('no_worker', 'no worker is running: start one, or wait until it is ready', {
      retryAfterS: RETRY_AFTER_NO_WORKER_S,
    });
  }
  const body = JSON.stringify(request);
  const deadlineMs = performance.now() + services.settings.predictTimeoutMs;
  let cause: unknown;
  let refusal: WorkerAnswer | undefined;
  for (const worker of workers) {
    const answer = await postOnce(ctx, worker, { verb, body, deadlineMs }).catch((error: unknown) => {
      if (ctx.signal.aborted) throw clientGone(error);
      if (error instanceof LevigateError) throw error;
      log.warn('a worker could not be reached', { requestId: ctx.requestId, worker: worker.name, error });
      cause = error;
    });
    if (!answer) continue;
    // 503: it is starting or draining, and says so; another may serve.
    if (answer.status !== 503) return readAnswer(verb, answer);
    refusal = answer;
  }
  if (refusal) return readAnswer(verb, refusal);
  throw new LevigateError('worker_failed', 'the worker went away before it answered: try again', {
    cause,
    retryAfterS: RETRY_AFTER_WORKER_GONE_S,
  });
}

// Nobody reads this answer; it keeps the log free of errors that are none.
const clientGone = (cause: unknown): LevigateError =>
  new LevigateError('invalid_request', 'the client closed the request before its answer was there', { cause });

interface Question {
  readonly verb: WorkerVerb;
  readonly body: string;
  readonly deadlineMs: number;
}

function postOnce(ctx: Context, worker: WorkerRow, { verb, body, deadlineMs }: Question): Promise<WorkerAnswer> {
  const timeoutMs = Math.ceil(deadlineMs - performance.now());
  if (timeoutMs <= 0) throw new LevigateError('timeout', 'the workers took too long: send fewer inputs, or try again');
  return ctx.services.workers.post({
    url: new URL(verb, worker.url.endsWith('/') ? worker.url : `${worker.url}/`).href,
    accessToken: worker.accessToken,
    body,
    timeoutMs,
    signal: ctx.signal,
    requestId: ctx.requestId,
  });
}

const ErrorAnswer = z.object({
  error: z.object({ message: z.string(), code: z.string().nullable(), param: z.string().nullable() }),
});

function readAnswer<Verb extends WorkerVerb>(
  verb: Verb,
  { status, body, retryAfter }: WorkerAnswer,
): WorkerResponse<Verb> {
  const json = parseJson(body);
  if (status === 200) {
    const parsed = WORKER_VERBS[verb].response.safeParse(json);
    // The compiler does not follow the table's row from the verb to its schema.
    if (parsed.success) return parsed.data as WorkerResponse<Verb>;
    throw new LevigateError(
      'worker_failed',
      'the worker answered in a form this gateway does not know: are both of one version?',
      {
        cause: parsed.error,
      },
    );
  }
  const parsed = ErrorAnswer.safeParse(json);
  const error = parsed.success ? parsed.data.error : null;
  if (!error || !isErrorCode(error.code) || isBetweenUs(error.code)) {
    throw new LevigateError('worker_failed', `the worker failed (status ${status}): try again`, {
      cause: body.slice(0, 1_000),
    });
  }
  const seconds = Number(retryAfter ?? Number.NaN);
  throw new LevigateError(error.code, error.message, {
    param: error.param ?? undefined,
    retryAfterS: Number.isFinite(seconds) ? seconds : undefined,
  });
}

/** Failures between gateway and worker that would mislead the caller, who has no part in them. */
const isBetweenUs = (code: ErrorCode): boolean =>
  code === 'internal' ||
  code === 'missing_api_key' ||
  code === 'invalid_api_key' ||
  code === 'invalid_json' ||
  code === 'not_found';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
