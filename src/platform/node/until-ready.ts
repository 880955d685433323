import { setTimeout as sleep } from 'node:timers/promises';
import type { Services } from '../../services/ports.ts';
import { listAliveWorkers } from '../../services/workers/list-alive.ts';

const POLL_MS = 100;

/** Resolves with true when a prediction would be accepted: a worker is there and has a backbone; with false when stopped before. */
export async function untilReady(services: Services, stopping: AbortSignal): Promise<boolean> {
  while (!stopping.aborted) {
    const workers = await listAliveWorkers(services);
    if (workers.some(({ backbones }) => backbones.length > 0)) return true;
    await sleep(POLL_MS, undefined, { ref: false });
  }
  return false;
}
