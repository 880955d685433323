import { LevigateError, parseOverload } from '../../contract/index.ts';
import type { WorkerRow } from '../../store/queries/workers.ts';
import { metricsOf } from '../metrics.ts';
import type { Context } from '../context.ts';
import type { Services } from '../ports.ts';
import { workerDirectoryOf } from '../workers/directory.ts';
import { workerMemoryOf } from './worker-memory.ts';
import type { BackboneLoad, WorkerMemory } from './worker-memory.ts';

/** What a worker said of its queue holds for so long; each of its answers says it anew. */
const HOLDS_MS = 1_000;

export function backboneLoadOf({ backbones }: WorkerMemory, backbone: string): BackboneLoad {
  const existing = backbones.get(backbone);
  if (existing) return existing;
  const load: BackboneLoad = { onlineTokens: 0, overload: null, saidMs: 0 };
  backbones.set(backbone, load);
  return load;
}

/** A worker answered, with or without saying that its queue stands. */
export function noteOverload(load: BackboneLoad, header: string | null | undefined, nowMs: number): void {
  load.overload = parseOverload(header);
  load.saidMs = nowMs;
}

/**
 * How long a request would wait there, in milliseconds, where that is longer than the worker lets any wait: it would refuse it. Null where it
 * may be asked. What this gateway sent there and has not got back is what waits.
 */
export function refusedWaitMs(load: BackboneLoad, nowMs: number): number | null {
  if (load.overload === null || nowMs - load.saidMs > HOLDS_MS) return null;
  const { limitMs, tokensPerMs } = load.overload;
  const waitMs = load.onlineTokens / tokensPerMs;
  return waitMs > limitMs ? waitMs : null;
}

/** The least wait on any of the workers where each would refuse a request for this backbone; null where one may be asked. */
export function waitWhereAllRefuse(
  services: Pick<Services, 'db' | 'clock'>,
  workers: readonly WorkerRow[],
  backbone: string,
): number | null {
  const nowMs = services.clock.nowMs();
  const waits = workers
    .filter(({ backbones }) => backbones.includes(backbone))
    .map(({ id }) => refusedWaitMs(backboneLoadOf(workerMemoryOf(services, id), backbone), nowMs));
  const known = waits.filter((waitMs) => waitMs !== null);
  return waits.length > 0 && known.length === waits.length ? Math.min(...known) : null;
}

/**
 * Rejects with `overloaded` where every worker would refuse whatever is asked: before a request is read, since what is refused should cost as
 * little as can be.
 */
export async function assertRoom({ services }: Pick<Context, 'services'>): Promise<void> {
  const serving = await workerDirectoryOf(services).listServing(services);
  const backbones = new Set(serving.flatMap((worker) => worker.backbones));
  const waits = [...backbones].map((backbone) => waitWhereAllRefuse(services, serving, backbone));
  const known = waits.filter((waitMs) => waitMs !== null);
  if (known.length === 0 || known.length < waits.length) return;
  const metrics = metricsOf(services);
  metrics.predictRequests.add();
  metrics.predictFailure.add({ err: 'overloaded' });
  throw allRefuse(Math.min(...known));
}

/** After so long what waits now is done, as the worker itself would say. */
export function allRefuse(waitMs: number): LevigateError {
  const retryAfterS = Math.max(1, Math.ceil(waitMs / 1_000));
  return new LevigateError(
    'overloaded',
    `all workers have ${Math.round(waitMs)} ms of work waiting: try again in ${retryAfterS} s, or send fewer inputs at once`,
    { retryAfterS },
  );
}
