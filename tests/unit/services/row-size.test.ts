import { expect, test } from 'vitest';
import { LIMITS } from '../../../src/contract/index.ts';
import { openNodeDatabase } from '../../../src/platform/node/database.ts';
import { jobMessage, workerEventRow } from '../../../src/services/jobs/job-event-row.ts';
import { checkRequest } from '../../../src/services/jobs/check-request.ts';
import { knownBackbones } from '../../../src/contract/index.ts';
import { insertProjectIfMissing } from '../../../src/store/queries/projects.ts';
import { SQL_LIMITS } from '../../../src/store/sql-limits.ts';

const MIGRATIONS = new URL('../../../migrations', import.meta.url).pathname;

test('a hundred of the largest events a worker may send fit into one value of the database', () => {
  const event = { level: 'info', message: '漢'.repeat(10_000), type: 'metrics', sequence: 0 } as const;
  const rows = Array.from({ length: 100 }, (_, sequence) =>
    workerEventRow(
      { jobId: 'ftjob-1', leaseToken: 't' },
      { ...event, sequence, data: { text: '漢'.repeat(LIMITS.eventDataChars - 20) } },
      1,
    ),
  );
  expect(rows[0]?.message).toHaveLength(LIMITS.eventMessageChars);
  expect(rows[0]?.data).toMatchObject({ text: expect.stringContaining('漢') });
  expect(Buffer.byteLength(JSON.stringify(rows))).toBeLessThan(SQL_LIMITS.valueBytes);
});

test('data of an event that is larger is left out, and said to be', () => {
  const data = { values: Array.from({ length: 5_000 }, (_, index) => index) };
  expect(jobMessage('ftjob-1', 1, 'm', { data }).data).toEqual({ is_cut: true });
  expect(jobMessage('ftjob-1', 1, 'm', { data: { step: 1 } }).data).toEqual({ step: 1 });
});

test('400: options of a job that its row could not hold', () => {
  const request = {
    model: 'all-minilm-l6-v2',
    training_file: 'file-1',
    levi: {
      columns: {
        fields: Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`column-${'x'.repeat(100)}-${i}`, 'auto'])),
      },
    },
  } as unknown as Parameters<typeof checkRequest>[1];
  const settings = { backbones: knownBackbones([]) } as Parameters<typeof checkRequest>[0]['settings'];
  expect(() => checkRequest({ settings }, request)).toThrow(/options take \d+ characters/);
});

test('a value that D1 would refuse is refused on one machine, too', async () => {
  using opened = await openNodeDatabase(':memory:', MIGRATIONS);
  const project = { id: 'proj_a', name: 'é'.repeat(SQL_LIMITS.valueBytes / 2 + 1), cacheSalt: 's', createdMs: 1 };
  await expect(insertProjectIfMissing(opened.db, project)).rejects.toThrow();
});
