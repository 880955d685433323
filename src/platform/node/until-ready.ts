import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_BACKBONE } from '../../contract/index.ts';
import type { Services } from '../../services/ports.ts';
import { listAliveWorkers } from '../../services/workers/list-alive.ts';

const POLL_MS = 100;

/** Resolves with true when a prediction would be accepted: a worker is there and has the default backbone; with false when stopped before. */
export async function untilReady(services: Services, stopping: AbortSignal): Promise<boolean> {
  while (!stopping.aborted) {
    const workers = await listAliveWorkers(services);
    if (workers.some(({ backbones }) => backbones.includes(DEFAULT_BACKBONE))) return true;
    await sleep(POLL_MS, undefined, { ref: false });
  }
  return false;
}
