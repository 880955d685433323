import { getTableColumns, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { jobs } from '../../../src/store/schema.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createJob } from '../../support/training-data.ts';

const JOBS = 2_000;
const CLAIMANTS = 20;

/** Copies of one job, so that the queue holds so many, in one statement. */
async function queueJobs(gateway: GatewayWithWorker, count: number): Promise<void> {
  const id = await createJob(gateway);
  const names = Object.values(getTableColumns(jobs)).map(({ name }) => name);
  const copies = names.map((name) => (name === 'id' ? `'ftjob-copy-' || number` : name));
  await gateway.db.run(
    sql.raw(
      `insert into jobs (${names.join(', ')})
       with recursive numbers (number) as (select 1 union all select number + 1 from numbers where number < ${count - 1})
       select ${copies.join(', ')} from jobs, numbers where jobs.id = '${id}'`,
    ),
  );
}

test(
  `${CLAIMANTS} workers that claim at once lease ${JOBS} jobs, none of them twice`,
  { timeout: 240_000 },
  async () => {
    await using gateway = await createGatewayWithWorker();
    await queueJobs(gateway, JOBS);
    const leased: string[] = [];
    const tokens: string[] = [];
    await Promise.all(
      Array.from({ length: CLAIMANTS }, async (_, claimant) => {
        const worker = await gateway.startWorker({ name: `claimant ${claimant}` });
        for (let lease = await worker.claim(); lease; lease = await worker.claim()) {
          leased.push(lease.job_id);
          tokens.push(lease.lease_token);
        }
      }),
    );
    expect(leased).toHaveLength(JOBS);
    expect(new Set(leased).size).toBe(JOBS);
    // Whoever was told that it holds a job does hold it.
    const rows = await gateway.db.select({ id: jobs.id, token: jobs.leaseToken, attempts: jobs.attempts }).from(jobs);
    expect(rows.every(({ attempts }) => attempts === 1)).toBe(true);
    expect(new Map(rows.map(({ id, token }) => [id, token]))).toEqual(
      new Map(leased.map((id, index) => [id, tokens[index]])),
    );
  },
);
