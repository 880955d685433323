import { USAGE_DAY_S } from '../../contract/index.ts';
import { sumUsage } from '../../store/queries/usage.ts';
import { perDatabase } from '../per-database.ts';
import type { Services } from '../ports.ts';
import type { UsageCount } from './usage-tally.ts';

const FRESH_MS = 30_000;
const MAX_PROJECTS = 10_000;
const DAY_MS = USAGE_DAY_S * 1000;

interface MonthUsage {
  readonly firstDay: number;
  readonly readMs: number;
  inputs: number;
  inputTokens: number;
}

export interface MonthUsages {
  /** What the project has used in this month (UTC), as written half a minute ago at most, and here since. */
  read(services: Pick<Services, 'db' | 'clock'>, projectId: string): Promise<Readonly<MonthUsage>>;
  add(projectId: string, used: UsageCount): void;
}

/** Only projects with a quota are ever read, and so kept. */
export const monthUsageOf = perDatabase<MonthUsages>(() => {
  const projects = new Map<string, MonthUsage>();
  return {
    async read({ db, clock }, projectId) {
      const nowMs = clock.nowMs();
      const firstDay = firstDayOfMonth(nowMs);
      const known = projects.get(projectId);
      if (known?.firstDay === firstDay && nowMs - known.readMs < FRESH_MS) return known;
      const used = await sumUsage(db, { projectId, firstDay });
      const read = { firstDay, readMs: nowMs, ...used };
      projects.delete(projectId);
      projects.set(projectId, read);
      const [oldest] = projects.keys();
      if (projects.size > MAX_PROJECTS && oldest !== undefined) projects.delete(oldest);
      return read;
    },
    add(projectId, { inputs, inputTokens }) {
      const known = projects.get(projectId);
      if (!known) return;
      known.inputs += inputs;
      known.inputTokens += inputTokens;
    },
  };
});

/** In days since 1970. */
function firstDayOfMonth(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth()) / DAY_MS;
}
