import { setTimeout as sleep } from 'node:timers/promises';
import { getLogger } from '@logtape/logtape';

const log = getLogger(['levigate', 'worker', 'backbones']);

const RETRY_MS = 30_000;

interface Preparation {
  readonly prepare: (name: string) => Promise<unknown>;
  /** Null: there is none any more. */
  readonly onTrouble: (problem: string | null) => void;
  readonly signal: AbortSignal;
}

/** One backbone after the other, each until it is there; never rejects. */
export async function prepareAll(names: readonly string[], preparation: Preparation): Promise<void> {
  for (const name of names) {
    while (!preparation.signal.aborted && !(await isPrepared(name, preparation))) {
      await sleep(RETRY_MS, undefined, { signal: preparation.signal }).catch(() => {});
    }
  }
}

async function isPrepared(name: string, { prepare, onTrouble, signal }: Preparation): Promise<boolean> {
  try {
    await prepare(name);
    onTrouble(null);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    const problem = error instanceof Error ? error.message : String(error);
    onTrouble(problem);
    log.error('a backbone is not ready; trying again', { problem, delayMs: RETRY_MS });
    return false;
  }
}
