import { and, eq, gte, lt, sql } from 'drizzle-orm';
import { DAY_MS } from '../../contract/index.ts';
import type { Database } from '../database.ts';
import { jobs, usageDays } from '../schema.ts';
import { insertRowsWhen } from './insert-rows-when.ts';

export type UsageRow = typeof usageDays.$inferSelect;

/** A request's worth of rows travels as one JSON parameter, which D1 bounds by its size. */
const ROWS_A_STATEMENT = 1_000;

/** Adds to what the days have, in one batch: all of it or nothing. */
export async function addUsage(db: Database, rows: readonly UsageRow[]): Promise<void> {
  const parts = Array.from({ length: Math.ceil(rows.length / ROWS_A_STATEMENT) }, (_, index) =>
    rows.slice(index * ROWS_A_STATEMENT, (index + 1) * ROWS_A_STATEMENT),
  );
  const [first, ...others] = parts.map((part) => addRows(db, part));
  if (first) await db.batch([first, ...others]);
}

const addRows = (db: Database, rows: readonly UsageRow[]) =>
  insertRowsWhen(db, usageDays, rows, sql`true`).onConflictDoUpdate({
    target: [usageDays.projectId, usageDays.day, usageDays.model],
    set: {
      requests: sql`${usageDays.requests} + excluded.requests`,
      inputs: sql`${usageDays.inputs} + excluded.inputs`,
      inputTokens: sql`${usageDays.inputTokens} + excluded.input_tokens`,
      cachedTokens: sql`${usageDays.cachedTokens} + excluded.cached_tokens`,
    },
  });

/** Since a day, it included. */
export async function sumUsage(
  db: Database,
  { projectId, firstDay }: { readonly projectId: string; readonly firstDay: number },
): Promise<{ readonly inputs: number; readonly inputTokens: number }> {
  const [row] = await db
    .select({
      inputs: sql<number>`coalesce(sum(${usageDays.inputs}), 0)`,
      inputTokens: sql<number>`coalesce(sum(${usageDays.inputTokens}), 0)`,
    })
    .from(usageDays)
    .where(and(eq(usageDays.projectId, projectId), gte(usageDays.day, firstDay)));
  return row ?? { inputs: 0, inputTokens: 0 };
}

export interface UsageRange {
  readonly projectId: string;
  readonly firstDay: number;
  /** Exclusive. */
  readonly endDay: number;
  /** Only this model. */
  readonly model?: string | undefined;
}

export function listUsage(db: Database, { projectId, firstDay, endDay, model }: UsageRange): Promise<UsageRow[]> {
  return db
    .select()
    .from(usageDays)
    .where(
      and(
        eq(usageDays.projectId, projectId),
        gte(usageDays.day, firstDay),
        lt(usageDays.day, endDay),
        model === undefined ? undefined : eq(usageDays.model, model),
      ),
    );
}

export interface TrainingUsage {
  readonly day: number;
  /** What the job made, or its backbone where it made none. */
  readonly model: string;
  readonly jobs: number;
  readonly seconds: number;
  readonly tokens: number;
}

/** Jobs that ended in the range, by the day they did: the jobs' rows are the meter, so nothing of it is ever lost. */
export function listTrainingUsage(db: Database, range: UsageRange): Promise<TrainingUsage[]> {
  const day = sql<number>`${jobs.finishedMs} / ${sql.raw(String(DAY_MS))}`;
  const model = sql<string>`coalesce(${jobs.fineTunedModel}, ${jobs.model})`;
  return db
    .select({
      day,
      model,
      jobs: sql<number>`count(*)`,
      seconds: sql<number>`sum(max(0, ${jobs.finishedMs} - coalesce(${jobs.startedMs}, ${jobs.finishedMs}))) / 1000.0`,
      tokens: sql<number>`coalesce(sum(${jobs.trainedTokens}), 0)`,
    })
    .from(jobs)
    .where(
      and(
        eq(jobs.projectId, range.projectId),
        gte(jobs.finishedMs, range.firstDay * DAY_MS),
        lt(jobs.finishedMs, range.endDay * DAY_MS),
        range.model === undefined ? undefined : eq(model, range.model),
      ),
    )
    .groupBy(day, model);
}
