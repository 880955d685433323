import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { createId } from '../../../../src/contract/index.ts';
import { openNodeDatabase } from '../../../../src/platform/node/database.ts';
import { claimQueuedJob, extendLease, listExpiredLeases } from '../../../../src/store/queries/leases.ts';
import { insertJobOnce } from '../../../../src/store/queries/jobs.ts';
import { insertProjectIfMissing } from '../../../../src/store/queries/projects.ts';
import type { Database } from '../../../../src/store/database.ts';

const MIGRATIONS = new URL('../../../../migrations', import.meta.url).pathname;
const JOBS = 500;
const CLAIMANTS = 20;
const GATEWAYS = 4;

async function openGateways(count: number) {
  const stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'levigate-race-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const databases: Database[] = [];
  for (let opened = 0; opened < count; opened += 1) {
    databases.push(stack.use(await openNodeDatabase(join(folder, 'levigate.db'), MIGRATIONS)).db);
  }
  return { databases, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function queueJobs(db: Database, count: number): Promise<string[]> {
  await insertProjectIfMissing(db, { id: 'proj_x', name: 'x', cacheSalt: 'x', createdMs: 0 });
  const ids: string[] = [];
  for (let created = 0; created < count; created += 1) {
    const job = {
      id: createId('job'),
      projectId: 'proj_x',
      status: 'queued' as const,
      model: 'm',
      trainingFile: 'f',
      seed: 1,
      hyperparameters: {},
      levi: {},
      resultFiles: [],
      createdMs: created,
    };
    await insertJobOnce(db, job, [], { prefix: job.id, createdAfterMs: 0 });
    ids.push(job.id);
  }
  return ids;
}

test(`${CLAIMANTS} claimants over ${GATEWAYS} connections lease ${JOBS} jobs, none of them twice`, async () => {
  await using gateways = await openGateways(GATEWAYS);
  const [first] = gateways.databases;
  if (!first) throw new Error('no database');
  const queued = await queueJobs(first, JOBS);
  const leased: string[] = [];
  await Promise.all(
    Array.from({ length: CLAIMANTS }, async (_, claimant) => {
      const db = gateways.databases[claimant % GATEWAYS] ?? first;
      for (let turn = 0; ; turn += 1) {
        const lease = { workerId: `w${claimant}`, leaseToken: `${claimant}-${turn}`, leaseExpiresMs: 1, nowMs: 0 };
        const job = await claimQueuedJob(db, lease);
        if (!job) return;
        expect(job).toMatchObject({ leaseToken: lease.leaseToken, status: 'running', attempts: 1 });
        leased.push(job.id);
      }
    }),
  );
  expect(leased).toHaveLength(JOBS);
  expect(new Set(leased)).toEqual(new Set(queued));
});

test('the claim and the sweep find their rows by the partial indexes', async () => {
  await using gateways = await openGateways(1);
  const [db] = gateways.databases;
  if (!db) throw new Error('no database');
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
  try {
    await claimQueuedJob(db, { workerId: 'w', leaseToken: 't', leaseExpiresMs: 1, nowMs: 0 });
    await listExpiredLeases(db, 0, 10);
    const [claim, expired] = prepare.mock.calls.map(([sql], call) => {
      const sqlite: unknown = prepare.mock.contexts[call];
      if (!(sqlite instanceof DatabaseSync)) throw new Error('no connection');
      const placeholders = sql.split('?').length - 1;
      const plan = sqlite.prepare(`explain query plan ${sql}`).all(...Array.from({ length: placeholders }, () => 0));
      return plan.map((step) => step['detail']).join('\n');
    });
    expect(claim).toContain('USING INDEX jobs_queue');
    expect(claim).not.toContain('TEMP B-TREE');
    expect(expired).toContain('USING INDEX jobs_leases');
  } finally {
    prepare.mockRestore();
  }
});

test('a heartbeat of 100 events is one statement within the bound on parameters', async () => {
  await using gateways = await openGateways(1);
  const [db] = gateways.databases;
  if (!db) throw new Error('no database');
  const [jobId = ''] = await queueJobs(db, 1);
  await claimQueuedJob(db, { workerId: 'w', leaseToken: 't', leaseExpiresMs: 1, nowMs: 0 });
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
  try {
    const events = Array.from({ length: 100 }, (_, index) => ({
      id: createId('jobEvent'),
      jobId,
      level: 'info' as const,
      message: `event ${index}`,
      type: 'metrics' as const,
      data: { index },
      createdMs: index,
      sourceKey: `t:${index}`,
    }));
    await extendLease(db, { jobId, leaseToken: 't', leaseExpiresMs: 2, events });
    expect(prepare.mock.calls).toHaveLength(2);
    for (const [sql] of prepare.mock.calls) expect(sql.split('?').length - 1).toBeLessThanOrEqual(100);
  } finally {
    prepare.mockRestore();
  }
});
