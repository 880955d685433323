import { createId } from '../../contract/index.ts';
import type { RegisteredWorker, RegisterWorker } from '../../contract/index.ts';
import { insertWorker } from '../../store/queries/workers.ts';
import type { Services } from '../ports.ts';
import { workerDirectoryOf } from './directory.ts';
import { HEARTBEAT_MS } from './list-alive.ts';
import { retireWorkers } from './retire.ts';

/** Makes a worker known. With `replaces_name`, the leases of its former process end at once instead of when they expire. */
export async function registerWorker(services: Services, worker: RegisterWorker): Promise<RegisteredWorker> {
  const nowMs = services.clock.nowMs();
  if (worker.replaces_name) await retireWorkers(services, worker.name);
  const id = createId('worker', nowMs);
  await insertWorker(services.db, {
    id,
    name: worker.name,
    url: worker.url,
    accessToken: worker.access_token,
    device: worker.device,
    backbones: worker.backbones,
    registeredMs: nowMs,
    lastSeenMs: nowMs,
  });
  workerDirectoryOf(services).changed();
  return { worker_id: id, heartbeat_interval_ms: HEARTBEAT_MS };
}
