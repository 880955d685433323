import type { WorkerRequest, WorkerResponse, WorkerVerb } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { createHold } from './hold.ts';
import { noteRefused } from './note-refused.ts';
import { tryWorkers } from './try-workers.ts';
import type { Attempt, Outcome } from './try-workers.ts';

/**
 * Has a worker answer, waiting for one to wake as long as the caller said where none can.
 * Rejects with `no_worker`, `worker_failed`, `timeout` or the worker's own error.
 */
export async function askWorker<Verb extends WorkerVerb>(
  ctx: Context,
  verb: Verb,
  request: WorkerRequest<Verb>,
): Promise<WorkerResponse<Verb>> {
  const { backbone } = request;
  const adapters = adaptersOf(request);
  const attempt: Attempt<Verb> = {
    verb,
    backbone,
    key: placementKey(ctx, backbone, adapters),
    costTokens: 'inputs' in request ? estimateTokens(request.inputs) : 0,
    body: JSON.stringify(request),
    adapterSha256s: adapters,
  };
  const outcome = await tryWorkers(ctx, attempt);
  return outcome.kind === 'answered' ? outcome.response : await askWhenAwake(ctx, attempt, outcome);
}

async function askWhenAwake<Verb extends WorkerVerb>(
  ctx: Context,
  attempt: Attempt<Verb>,
  first: Outcome<Verb>,
): Promise<WorkerResponse<Verb>> {
  const { backbone } = attempt;
  await using hold = createHold(ctx, { backbone, forMs: ctx.scaleUpMs ?? 0 });
  let outcome = first;
  while (outcome.kind !== 'answered') {
    // Where the platform has workers of its own that sleep.
    ctx.services.wakeWorker(backbone);
    if (!(await hold.waitForNext())) {
      noteRefused(ctx.services, backbone);
      throw outcome.error;
    }
    outcome = await tryWorkers(ctx, attempt);
  }
  return outcome.response;
}

/** One adapter stays where it is; many over one input stay together, since they share one pass and one stack. */
function placementKey({ actor }: Context, backbone: string, adapters: readonly string[]): string {
  const [first, ...others] = adapters;
  return first !== undefined && others.length === 0 ? first : `${actor.projectId} ${backbone}`;
}

/** Their hashes; none for what needs the backbone alone. */
const adaptersOf = (request: WorkerRequest<WorkerVerb>): readonly string[] =>
  'adapters' in request ? request.adapters.map(({ sha256 }) => sha256) : [];
