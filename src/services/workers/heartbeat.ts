import { LevigateError } from '../../contract/index.ts';
import type { WorkerHeartbeat } from '../../contract/index.ts';
import { touchWorker } from '../../store/queries/workers.ts';
import type { Services } from '../ports.ts';

/** Keeps a worker in the routing list. Rejects with `not_found` when it must register again. */
export async function heartbeatWorker(services: Services, heartbeat: WorkerHeartbeat): Promise<void> {
  const { worker_id: id, backbones, queued_inputs: queuedInputs } = heartbeat;
  const isKnown = await touchWorker(services.db, { id, backbones, queuedInputs, lastSeenMs: services.clock.nowMs() });
  if (!isKnown) throw new LevigateError('not_found', `worker ${id} is not known: register again`);
}
