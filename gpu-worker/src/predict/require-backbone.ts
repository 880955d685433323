import { setTimeout as sleep } from 'node:timers/promises';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { ResidentBackbone, ResidentBackbones } from '../resident/resident-backbones.ts';

/**
 * The backbone, prepared now where it is not: after a worker's restart a model's backbone may be none of those it starts with.
 * Rejects with `backbone_unavailable` when that takes longer than `withinMs`; it goes on, and a later request finds it.
 */
export async function requireBackbone(
  backbones: ResidentBackbones,
  name: string,
  { withinMs }: { readonly withinMs: number },
): Promise<ResidentBackbone> {
  const resident = backbones.find(name);
  if (resident) return resident;
  const late = new AbortController();
  try {
    const preparing = backbones.ensure(name);
    // Whoever asks next sees the failure: a rejected preparation is tried anew.
    preparing.catch(() => {});
    const prepared = await Promise.race([preparing, sleep(withinMs, null, { signal: late.signal })]);
    if (prepared) return prepared;
  } finally {
    late.abort();
  }
  throw new LevigateError('backbone_unavailable', `The backbone ${name} is not ready on this worker. Try again.`, {
    retryAfterS: 2,
  });
}
