import { getLogger } from '@logtape/logtape';
import { LevigateError } from '../../contract/index.ts';
import type { WorkerResponse, WorkerVerb } from '../../contract/index.ts';
import type { WorkerRow } from '../../store/queries/workers.ts';
import type { Context } from '../context.ts';
import { metricsOf } from '../metrics.ts';
import type { Settings, WorkerAnswer } from '../ports.ts';
import { workerDirectoryOf } from '../workers/directory.ts';
import { rankWorkers } from './rank-workers.ts';
import type { Placement } from './rank-workers.ts';
import { isWorthAnother, readAnswer, retryAfterSeconds } from './read-answer.ts';
import { allRefuse, backboneLoadOf, noteOverload, refusedWaitMs, waitWhereAllRefuse } from './worker-load.ts';
import { rememberAnswered, residentName, warmShare, workerMemoryOf } from './worker-memory.ts';

const log = getLogger(['levigate', 'predict']);

const MAX_WORKERS_TRIED = 2;
const RETRY_AFTER_NO_WORKER_S = 5;
const RETRY_AFTER_WORKER_GONE_S = 1;
/** A worker that broke off, or said that it starts or ends. */
const AVOID_FAILED_MS = 2_000;
const AVOID_FULL_MS = 1_000;

export interface Attempt<Verb extends WorkerVerb> extends Placement {
  readonly verb: Verb;
  /** The worker's request as JSON: written once, however many workers get it. */
  readonly body: string;
  readonly adapterSha256s: readonly string[];
}

export type Outcome<Verb extends WorkerVerb> =
  | { readonly kind: 'answered'; readonly response: WorkerResponse<Verb> }
  /** None is there, or those that are cannot serve yet: one that wakes may. */
  | { readonly kind: 'no_worker'; readonly error: LevigateError };

/**
 * Sends a prediction to the worker it belongs to, and once more to another one if that one is gone, full or failing: a prediction changes nothing, so
 * asking twice is safe. Rejects with `worker_failed`, `timeout` or the worker's own error.
 */
export async function tryWorkers<Verb extends WorkerVerb>(
  ctx: Context,
  attempt: Attempt<Verb>,
): Promise<Outcome<Verb>> {
  const { services } = ctx;
  const names = attempt.adapterSha256s.map(residentName);
  const routing = ctx.span?.startChild('route');
  const serving = await workerDirectoryOf(services).listServing(services);
  // Nothing is waited for from here to the call, which counts: requests that come at once see each other.
  const waitMs = waitsInLine(ctx, attempt) ? waitWhereAllRefuse(services, serving, attempt.backbone) : null;
  if (waitMs !== null) throw allRefuse(waitMs);
  const ranked = rank(ctx, serving, { attempt, names });
  routing?.set({ 'levigate.workers': ranked.length });
  routing?.end();
  if (ranked.length === 0) return { kind: 'no_worker', error: noWorker() };
  const deadlineMs = performance.now() + timeoutMsOf(attempt.verb, services.settings);
  let cause: unknown;
  let refusal: WorkerAnswer | undefined;
  // One worker alone is asked again when it broke off: what broke may have been a kept connection that it had just closed.
  const tried = ranked.length === 1 ? [...ranked, ...ranked] : ranked.slice(0, MAX_WORKERS_TRIED);
  for (const [index, worker] of tried.entries()) {
    if (refusal && worker === tried[index - 1]) break;
    if (index > 0) metricsOf(services).retries.add();
    const answer = await postOnce(ctx, worker, attempt, deadlineMs).catch((error: unknown) => {
      if (ctx.signal.aborted) throw clientGone(error);
      if (error instanceof LevigateError) throw error;
      log.warn('a worker could not be reached', { requestId: ctx.requestId, worker: worker.name, error });
      cause = error;
    });
    const memory = workerMemoryOf(services, worker.id);
    const nowMs = services.clock.nowMs();
    if (answer && !isWorthAnother(answer)) {
      const response = readAnswer(attempt.verb, answer);
      rememberAnswered(memory, names, nowMs);
      return { kind: 'answered', response };
    }
    memory.avoidUntilMs = nowMs + (answer?.status === 429 ? AVOID_FULL_MS : AVOID_FAILED_MS);
    refusal = answer ?? refusal;
  }
  if (refusal) return readRefusal(attempt.verb, refusal);
  throw new LevigateError('worker_failed', 'the worker went away before it answered: try again', {
    cause,
    retryAfterS: RETRY_AFTER_WORKER_GONE_S,
  });
}

/** What a worker makes takes longer than what it answers. */
const timeoutMsOf = (verb: WorkerVerb, { predictTimeoutMs, exportTimeoutMs }: Settings): number =>
  verb === 'export' ? exportTimeoutMs : predictTimeoutMs;

const THROUGH_BACKBONE: ReadonlySet<WorkerVerb> = new Set(['predict', 'embed', 'embed_tokens']);

/** Batches wait in a line of their own, and what no backbone reads in none. */
const waitsInLine = ({ priority }: Context, { verb }: Attempt<WorkerVerb>): boolean =>
  priority !== 'bulk' && THROUGH_BACKBONE.has(verb);

function rank(
  { services }: Context,
  serving: readonly WorkerRow[],
  { attempt, names }: { readonly attempt: Placement; readonly names: readonly string[] },
): WorkerRow[] {
  const nowMs = services.clock.nowMs();
  const candidates = serving.map((worker) => {
    const memory = workerMemoryOf(services, worker.id);
    return {
      worker,
      // What other gateways sent there shows in its heartbeat only, and what was just sent from here does not yet.
      loadTokens: Math.max(memory.inFlightTokens, worker.queuedTokens),
      warmShare: serving.length > 1 ? warmShare(worker, memory, names) : 1,
      isAvoided: memory.avoidUntilMs > nowMs || refusedWaitMs(backboneLoadOf(memory, attempt.backbone), nowMs) !== null,
    };
  });
  return rankWorkers(candidates, attempt).map(({ worker }) => worker);
}

async function postOnce(
  ctx: Context,
  worker: WorkerRow,
  attempt: Attempt<WorkerVerb>,
  deadlineMs: number,
): Promise<WorkerAnswer> {
  const timeoutMs = Math.ceil(deadlineMs - performance.now());
  if (timeoutMs <= 0) throw new LevigateError('timeout', 'the workers took too long: send fewer inputs, or try again');
  const memory = workerMemoryOf(ctx.services, worker.id);
  const span = ctx.span?.startChild(`POST ${attempt.verb}`, {
    kind: 'client',
    attributes: { 'levigate.worker': worker.name, 'levigate.backbone': attempt.backbone },
  });
  const load = backboneLoadOf(memory, attempt.backbone);
  const onlineTokens = waitsInLine(ctx, attempt) ? attempt.costTokens : 0;
  memory.inFlightTokens += attempt.costTokens;
  load.onlineTokens += onlineTokens;
  let error: string | undefined = 'the worker went away';
  try {
    const answer = await ctx.services.workers.post({
      url: `${worker.url}${worker.url.endsWith('/') ? '' : '/'}${attempt.verb}`,
      accessToken: worker.accessToken,
      body: attempt.body,
      timeoutMs,
      signal: ctx.signal,
      requestId: ctx.requestId,
      traceparent: span?.traceparent ?? ctx.traceparent,
    });
    noteOverload(load, answer.overload, ctx.services.clock.nowMs());
    error = answer.status < 400 ? undefined : `status ${answer.status}`;
    return answer;
  } finally {
    span?.end({ error });
    memory.inFlightTokens -= attempt.costTokens;
    load.onlineTokens -= onlineTokens;
  }
}

function readRefusal<Verb extends WorkerVerb>(verb: Verb, refusal: WorkerAnswer): Outcome<Verb> {
  try {
    return { kind: 'answered', response: readAnswer(verb, refusal) };
  } catch (error) {
    if (refusal.status === 503 && error instanceof LevigateError) {
      const { code, message, param } = error;
      const retryAfterS = retryAfterSeconds(refusal) ?? RETRY_AFTER_NO_WORKER_S;
      return { kind: 'no_worker', error: new LevigateError(code, message, { param: param ?? undefined, retryAfterS }) };
    }
    throw error;
  }
}

const noWorker = (): LevigateError =>
  new LevigateError('no_worker', 'no worker is running: start one, or wait until it is ready', {
    retryAfterS: RETRY_AFTER_NO_WORKER_S,
  });

// Nobody reads this answer; it keeps the log free of errors that are none.
const clientGone = (cause: unknown): LevigateError =>
  new LevigateError('invalid_request', 'the client closed the request before its answer was there', { cause });
