import { USAGE_DAY_S } from '../../contract/index.ts';
import { addUsage } from '../../store/queries/usage.ts';
import type { Services } from '../ports.ts';
import { monthUsageOf } from './month-usage.ts';
import { usageTallyOf } from './usage-tally.ts';
import type { UsageCount } from './usage-tally.ts';

/** Bounds what a killed gateway loses, and how often a busy one writes. */
const FLUSH_MS = 2_000;
const DAY_MS = USAGE_DAY_S * 1000;

/** Counts what a request used of one model. Added up in memory and written a moment later: nothing here waits. */
export function meterUsage(
  services: Pick<Services, 'db' | 'clock' | 'runLater'>,
  { projectId, model, ...count }: UsageCount & { readonly projectId: string; readonly model: string },
): void {
  const nowMs = services.clock.nowMs();
  const tally = usageTallyOf(services);
  tally.add({ projectId, day: Math.floor(nowMs / DAY_MS), model, ...count });
  monthUsageOf(services).add(projectId, count);
  if (tally.scheduleFlush(nowMs, FLUSH_MS)) services.runLater(FLUSH_MS, () => flushUsage(services));
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
