import { and, eq, gt, gte, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { jobs, predictWaits, workers } from '../schema.ts';

export interface QueueCounts {
  readonly queuedJobs: number;
  readonly runningJobs: number;
  /** null: none is queued. */
  readonly firstQueuedMs: number | null;
  readonly waitingPredictions: number;
  readonly refusedPredictions: number;
  readonly firstWaitingMs: number | null;
  readonly inFlight: number;
  readonly queuedInputs: number;
  readonly queuedTokens: number;
  readonly workersAlive: number;
  readonly workersDraining: number;
}

export interface CountQueue {
  readonly backbone?: string | undefined;
  readonly nowMs: number;
  /** Workers seen since are alive. */
  readonly aliveSinceMs: number;
}

/** Everything that waits, over all projects, in one round trip. */
export async function countQueue(db: Database, { backbone, nowMs, aliveSinceMs }: CountQueue): Promise<QueueCounts> {
  const [[queued], [running], [waits], [alive]] = await db.batch([
    // The literal states let SQLite use the partial indexes.
    db
      .select({ count: sql<number>`count(*)`, firstMs: sql<number | null>`min(${jobs.createdMs})` })
      .from(jobs)
      .where(and(sql`${jobs.status} = 'queued'`, ofBackbone(backbone, jobs.model))),
    db
      .select({ count: sql<number>`count(*)` })
      .from(jobs)
      .where(and(sql`${jobs.status} = 'running'`, ofBackbone(backbone, jobs.model))),
    db
      .select({
        held: sql<number>`coalesce(sum(case kind when 'held' then predictions end), 0)`,
        refused: sql<number>`coalesce(sum(case kind when 'refused' then predictions end), 0)`,
        firstHeldMs: sql<number | null>`min(case kind when 'held' then since_ms end)`,
      })
      .from(predictWaits)
      .where(and(gt(predictWaits.untilMs, nowMs), ofBackbone(backbone, predictWaits.backbone))),
    db
      .select({
        count: sql<number>`count(*)`,
        draining: sql<number>`coalesce(sum(${workers.isDraining}), 0)`,
        inFlight: sql<number>`coalesce(sum(${workers.inFlight}), 0)`,
        queuedInputs: sql<number>`coalesce(sum(${workers.queuedInputs}), 0)`,
        queuedTokens: sql<number>`coalesce(sum(${workers.queuedTokens}), 0)`,
      })
      .from(workers)
      .where(gte(workers.lastSeenMs, aliveSinceMs)),
  ]);
  return {
    queuedJobs: queued?.count ?? 0,
    runningJobs: running?.count ?? 0,
    firstQueuedMs: queued?.firstMs ?? null,
    waitingPredictions: waits?.held ?? 0,
    refusedPredictions: waits?.refused ?? 0,
    firstWaitingMs: waits?.firstHeldMs ?? null,
    inFlight: alive?.inFlight ?? 0,
    queuedInputs: alive?.queuedInputs ?? 0,
    queuedTokens: alive?.queuedTokens ?? 0,
    workersAlive: alive?.count ?? 0,
    workersDraining: alive?.draining ?? 0,
  };
}

const ofBackbone = (backbone: string | undefined, column: typeof jobs.model | typeof predictWaits.backbone) =>
  backbone === undefined ? undefined : eq(column, backbone);
