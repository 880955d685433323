import { createHash, timingSafeEqual } from 'node:crypto';
import { getLogger } from '@logtape/logtape';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { LevigateError } from '../../../src/contract/errors.ts';
import { LIMITS } from '../../../src/contract/limits.ts';
import type { WorkerHealth } from '../../../src/contract/worker-protocol.ts';
import { WORKER_VERBS } from '../../../src/contract/worker-verbs.ts';
import type { WorkerRequest, WorkerResponse, WorkerVerb } from '../../../src/contract/worker-verbs.ts';

const log = getLogger(['levigate', 'worker', 'http']);

/** How this worker does what the gateway may ask of it. */
export type WorkerVerbs = {
  readonly [Verb in WorkerVerb]: (
    request: WorkerRequest<Verb>,
    signal: AbortSignal | undefined,
  ) => Promise<WorkerResponse<Verb>>;
};

export interface WorkerAppOptions {
  /** What the gateway must present; made up by this process and told at registration. */
  readonly accessToken: string;
  readonly verbs: WorkerVerbs;
  readonly health: () => WorkerHealth;
}

// The gateway bounds requests; what it adds per adapter is small.
const MAX_BODY_BYTES = LIMITS.predictBodyBytes + 4 * 1024 * 1024;

/** The worker's own routes: `POST /<verb>` for the gateway, `GET /health` for whoever watches the container. */
export function createWorkerApp({ accessToken, verbs, health }: WorkerAppOptions): Hono {
  const app = new Hono();
  const expected = sha256(accessToken);

  app.onError((error, context) => answerError(context, error));
  app.notFound((context) =>
    answerError(context, new LevigateError('not_found', `There is no ${context.req.path} here.`)),
  );

  app.get('/health', (context) => {
    const body = health();
    return context.json(body, body.status === 'ready' ? 200 : 503);
  });

  const serve = <Verb extends WorkerVerb>(verb: Verb): void => {
    app.post(
      `/${verb}`,
      async (context, next) => {
        const given = context.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
        if (timingSafeEqual(sha256(given), expected)) return next();
        throw new LevigateError('invalid_api_key', "This is not this worker's access token: ask the gateway.");
      },
      bodyLimit({
        maxSize: MAX_BODY_BYTES,
        onError: () => {
          throw tooLarge();
        },
      }),
      async (context) => {
        if (health().status === 'draining')
          throw new LevigateError('no_worker', 'The worker is shutting down.', { retryAfterS: 1 });
        const request = parseRequest(verb, await context.req.json().catch(() => null));
        return context.json(await verbs[verb](request, context.req.raw.signal));
      },
    );
  };
  // The keys of the table are its own.
  for (const verb of Object.keys(WORKER_VERBS) as WorkerVerb[]) serve(verb);
  return app;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

function parseRequest<Verb extends WorkerVerb>(verb: Verb, body: unknown): WorkerRequest<Verb> {
  const parsed = WORKER_VERBS[verb].request.safeParse(body);
  // The compiler does not follow the table's row from the verb to its schema.
  if (parsed.success) return parsed.data as WorkerRequest<Verb>;
  const [issue] = parsed.error.issues;
  const param = issue?.path.join('.') || undefined;
  throw new LevigateError('invalid_request', `${param ?? 'the body'}: ${issue?.message ?? 'is not valid'}`, { param });
}

function tooLarge(): LevigateError {
  return new LevigateError('payload_too_large', `The body is larger than ${MAX_BODY_BYTES} bytes. Send fewer inputs.`);
}

function answerError(context: Context, error: unknown): Response {
  const known = error instanceof LevigateError ? error : new LevigateError('internal', 'The worker failed. Try again.');
  if (known !== error && !context.req.raw.signal.aborted)
    log.error('a request failed', { path: context.req.path, error });
  if (known.retryAfterS !== undefined) context.header('retry-after', String(known.retryAfterS));
  // The table of codes holds statuses that carry a body only.
  return context.json(known.toBody(), known.status as ContentfulStatusCode);
}
