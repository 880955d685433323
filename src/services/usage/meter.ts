import { DAY_MS } from '../../contract/index.ts';
import { addUsage } from '../../store/queries/usage.ts';
import type { Services } from '../ports.ts';
import { monthUsageOf } from './month-usage.ts';
import { usageTallyOf } from './usage-tally.ts';
import type { UsageCount } from './usage-tally.ts';

/** Counts what a request used of one model. Added up in memory and written a moment later: nothing here waits. */
export function meterUsage(
  services: Pick<Services, 'db' | 'clock' | 'runLater'>,
  { projectId, model, ...count }: UsageCount & { readonly projectId: string; readonly model: string },
): void {
  const nowMs = services.clock.nowMs();
  const tally = usageTallyOf(services);
  tally.add({ projectId, day: Math.floor(nowMs / DAY_MS), model, ...count });
  monthUsageOf(services).add(projectId, count);
  tally.putOffFlush(services, () => flushUsage(services));
}

/** Writes what was added up; what cannot be written stays for the next time. */
export async function flushUsage(services: Pick<Services, 'db'>): Promise<void> {
  const tally = usageTallyOf(services);
  const entries = tally.take();
  try {
    await addUsage(services.db, entries);
  } catch (error) {
    for (const entry of entries) tally.add(entry);
    throw error;
  }
}
