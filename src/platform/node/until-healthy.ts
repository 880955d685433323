import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const POLL_MS = 100;
const ASK_DEADLINE_MS = 5_000;

/** What is read of a gateway's `GET /health`. */
const Health = z.object({ workers: z.object({ backbones: z.array(z.string()) }) });

/** Resolves with true when the gateway at this URL would accept a prediction; with false when stopped before. */
export async function untilHealthy(url: string, stopping: AbortSignal): Promise<boolean> {
  while (!stopping.aborted) {
    if ((await backbonesOf(url, stopping)).length > 0) return true;
    await sleep(POLL_MS, undefined, { ref: false });
  }
  return false;
}

async function backbonesOf(url: string, stopping: AbortSignal): Promise<readonly string[]> {
  try {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(ASK_DEADLINE_MS)]);
    const response = await fetch(new URL('/health', url), { signal });
    return Health.parse(await response.json()).workers.backbones;
  } catch {
    // It is only starting, or was stopped.
    return [];
  }
}
