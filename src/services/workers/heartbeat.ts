import type { WorkerHeartbeat } from '../../contract/index.ts';
import { touchWorker } from '../../store/queries/workers.ts';
import type { Services } from '../ports.ts';
import { workerNotKnown } from '../leases/worker-not-known.ts';
import { workerDirectoryOf } from './directory.ts';

/** Keeps a worker in the routing list, with what it has to do. Rejects with `not_found` when it must register again. */
export async function heartbeatWorker(services: Services, heartbeat: WorkerHeartbeat): Promise<void> {
  const id = heartbeat.worker_id;
  const isKnown = await touchWorker(services.db, {
    id,
    backbones: heartbeat.backbones,
    queuedInputs: heartbeat.queued_inputs,
    queuedTokens: heartbeat.queued_tokens,
    inFlight: heartbeat.in_flight,
    isDraining: heartbeat.is_draining,
    residentAdapters: heartbeat.resident_adapters,
    lastSeenMs: services.clock.nowMs(),
  });
  if (!isKnown) throw workerNotKnown(id);
  workerDirectoryOf(services).changed();
}
