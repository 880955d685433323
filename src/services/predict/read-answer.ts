import { z } from 'zod';
import { isErrorCode, LevigateError, WORKER_VERBS } from '../../contract/index.ts';
import type { ErrorCode, WorkerResponse, WorkerVerb } from '../../contract/index.ts';
import type { WorkerAnswer } from '../ports.ts';

const ErrorAnswer = z.object({
  error: z.object({ message: z.string(), code: z.string().nullable(), param: z.string().nullable() }),
});

/** What was asked for; rejects with the worker's own error, or `worker_failed` where it would mislead or is none. */
export function readAnswer<Verb extends WorkerVerb>(verb: Verb, answer: WorkerAnswer): WorkerResponse<Verb> {
  const { status, body } = answer;
  if (status === 200) {
    const parsed = WORKER_VERBS[verb].response.safeParse(parseJson(body));
    if (parsed.success) return parsed.data;
    throw new LevigateError(
      'worker_failed',
      'the worker answered in a form this gateway does not know: are both of one version?',
      { cause: parsed.error },
    );
  }
  const error = errorOf(answer);
  if (!error || isBetweenUs(error.code)) {
    throw new LevigateError('worker_failed', `the worker failed (status ${status}): try again`, {
      cause: body.slice(0, 1_000),
    });
  }
  throw new LevigateError(error.code, error.message, {
    param: error.param ?? undefined,
    retryAfterS: retryAfterSeconds(answer),
  });
}

/** Failures that say nothing about the request, so that another worker may well serve it. */
const OF_THE_WORKER: ReadonlySet<string> = new Set([
  'overloaded',
  'no_worker',
  'backbone_unavailable',
  'internal',
  'worker_failed',
]);

/** Full, starting, ending or broken; what would fail anywhere (a bad adapter, a bad input) is not worth another. */
export function isWorthAnother(answer: WorkerAnswer): boolean {
  if (answer.status < 429) return false;
  const error = errorOf(answer);
  return error === null || OF_THE_WORKER.has(error.code);
}

export function retryAfterSeconds({ retryAfter }: WorkerAnswer): number | undefined {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}

function errorOf({ body }: WorkerAnswer) {
  const parsed = ErrorAnswer.safeParse(parseJson(body));
  if (!parsed.success) return null;
  const { code, ...rest } = parsed.data.error;
  return isErrorCode(code) ? { ...rest, code } : null;
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
