import { getLogger } from '@logtape/logtape';
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { z } from 'zod';
import { LevigateError } from '../../../src/contract/errors.ts';
import { firstMistake } from '../../../src/contract/mistakes.ts';
import { formatOverload, OVERLOAD_HEADER } from '../../../src/contract/overload.ts';
import type { Overload } from '../../../src/contract/overload.ts';
import { LIMITS } from '../../../src/contract/limits.ts';
import { keysOf } from '../../../src/contract/tables.ts';
import { PurgeFeatures } from '../../../src/contract/worker-protocol.ts';
import type { PinnedAdapters, PurgedFeatures, WorkerHealth } from '../../../src/contract/worker-protocol.ts';
import { WORKER_VERBS } from '../../../src/contract/worker-verbs.ts';
import type { WorkerRequest, WorkerResponse, WorkerVerb } from '../../../src/contract/worker-verbs.ts';
import type { AdapterStore } from '../adapters/adapter-store.ts';
import type { FeatureCache } from '../features/feature-cache.ts';
import { projectOf } from '../features/feature-key.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import type { Tracer } from '../../../src/telemetry/tracer.ts';
import type { Activity } from './activity.ts';
import type { OnRun } from '../device/device.ts';
import { addStages } from './add-stages.ts';
import { readRequest } from './read-request.ts';
import { requireToken } from './require-token.ts';
import { toMeasures } from '../metrics/to-measures.ts';
import { timingHeaders } from './timing-headers.ts';
import { traceRuns } from './trace-runs.ts';

const log = getLogger(['levigate', 'worker', 'http']);

/** How this worker does what the gateway may ask of it. */
export type WorkerVerbs = {
  readonly [Verb in WorkerVerb]: (
    request: WorkerRequest<Verb>,
    signal: AbortSignal | undefined,
    onRun?: OnRun,
  ) => Promise<WorkerResponse<Verb>>;
};

export interface WorkerAppOptions {
  /** What the gateway must present; made up by this process and told at registration. */
  readonly accessToken: string;
  /** The operator's, which opens what is not a prediction as well. */
  readonly workerToken: string;
  readonly verbs: WorkerVerbs;
  readonly health: () => WorkerHealth;
  /** Of a backbone whose requests are refused for the time they would wait. */
  readonly overload?: (backbone: string) => Overload | null;
  readonly metrics: WorkerMetrics;
  readonly activity: Activity;
  readonly adapters: Pick<AdapterStore, 'pin' | 'unpin' | 'pinned'>;
  readonly cache: Pick<FeatureCache, 'purge'>;
  /** Where requests become spans of the gateway's traces. */
  readonly tracer?: Tracer | undefined;
  /** The same for what the device process says of them. */
  readonly deviceTracer?: Tracer | undefined;
}

// The gateway bounds requests; what it adds per adapter is small.
const MAX_BODY_BYTES = LIMITS.predictBodyBytes + 4 * 1024 * 1024;

/** The worker's own routes: `POST /<verb>` for the gateway, `GET /health` and `GET /metrics` for whoever watches the container. */
export function createWorkerApp(options: WorkerAppOptions): Hono {
  const { accessToken, workerToken, verbs, health, metrics, activity, adapters, cache, tracer } = options;
  const { deviceTracer, overload = () => null } = options;
  const app = new Hono();
  app.onError((error, context) => answerError(context, error));
  app.notFound((context) =>
    answerError(context, new LevigateError('not_found', `There is no ${context.req.path} here.`)),
  );

  app.get('/health', (context) => {
    const body = health();
    return context.json(body, body.status === 'ready' ? 200 : 503);
  });
  app.get('/metrics', (context) => context.body(metrics.text(), 200, { 'content-type': metrics.contentType }));

  const serve = <Verb extends WorkerVerb>(verb: Verb, answer: WorkerVerbs[Verb]): void => {
    app.post(`/${verb}`, requireToken(accessToken), async (context) => {
      if (health().status === 'draining')
        throw new LevigateError('no_worker', 'The worker is shutting down.', { retryAfterS: 1 });
      using _busy = activity.begin();
      metrics.received();
      const startedMs = performance.now();
      const traceparent = context.req.header('traceparent');
      const span = tracer?.start(`worker ${verb}`, { kind: 'server', traceparent });
      let isGone = (): boolean => false;
      let backbone = '';
      try {
        const { json, signal } = await readRequest(context, MAX_BODY_BYTES);
        isGone = () => signal.aborted;
        const request = parse(WORKER_VERBS[verb].request, json);
        ({ backbone } = request);
        const response = await answer(request, signal, span && deviceTracer && traceRuns(deviceTracer, span));
        const measures = toMeasures(request, response, performance.now() - startedMs);
        metrics.answered(measures);
        if (span) addStages(span, performance.timeOrigin + startedMs, measures);
        span?.end();
        // One plain object: headers that Hono collects are taken apart again by the server.
        const headers = {
          'content-type': 'application/json',
          ...timingHeaders(measures, health().device),
          ...overloadHeader(overload(backbone)),
        };
        return new Response(JSON.stringify(response), { headers });
      } catch (error) {
        span?.end({ error: String(error) });
        const known = error instanceof LevigateError ? error : null;
        metrics.failed(known?.code ?? (isGone() ? 'client_gone' : 'internal'));
        if (known || isGone()) return answerError(context, known ?? clientGone(), overloadHeader(overload(backbone)));
        throw error;
      }
    });
  };
  for (const verb of keysOf(WORKER_VERBS)) serve(verb, verbs[verb]);

  const operator = requireToken(accessToken, workerToken);
  app.post('/feature-cache/purge', operator, async (context) => {
    const { cache_salt: salt } = parse(PurgeFeatures, (await readRequest(context, MAX_BODY_BYTES)).json);
    return context.json({ entries: await cache.purge(projectOf(salt)) } satisfies PurgedFeatures);
  });
  const pinned = (context: Context): Response =>
    context.json({ pinned: [...adapters.pinned] } satisfies z.infer<typeof PinnedAdapters>);
  app.get('/adapters/pinned', operator, pinned);
  app.put('/adapters/:sha256/pin', operator, async (context) => {
    await adapters.pin(context.req.param('sha256'));
    return pinned(context);
  });
  app.delete('/adapters/:sha256/pin', operator, (context) => {
    adapters.unpin(context.req.param('sha256'));
    return pinned(context);
  });
  return app;
}

const overloadHeader = (overload: Overload | null): Record<string, string> =>
  overload === null ? {} : { [OVERLOAD_HEADER]: formatOverload(overload) };

// Nobody reads this answer; it keeps the log free of errors that are none.
const clientGone = (): LevigateError => new LevigateError('invalid_request', 'The client went away.');

function parse<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path, message } = firstMistake(parsed.error);
  throw new LevigateError('invalid_request', `${path || 'the body'}: ${message}`, { param: path || undefined });
}

function answerError(context: Context, error: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  const known = error instanceof LevigateError ? error : new LevigateError('internal', 'The worker failed. Try again.');
  if (known !== error) log.error('a request failed', { path: context.req.path, error });
  if (known.retryAfterS !== undefined) context.header('retry-after', String(known.retryAfterS));
  return context.json(known.toBody(), known.status, headers);
}
