import { inArray, like } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { findApiKeyByHash, insertApiKey, listApiKeys, revokeApiKey } from '../../src/store/queries/api-keys.ts';
import { findNamedBlobKeys } from '../../src/store/queries/blob-keys.ts';
import { changeJob } from '../../src/store/queries/change-job.ts';
import { deleteDeadLettersBefore, insertDeadLetters } from '../../src/store/queries/dead-letters.ts';
import { findFile, insertFile } from '../../src/store/queries/files.ts';
import { findProject, insertProjectIfMissing } from '../../src/store/queries/projects.ts';
import { listJobs } from '../../src/store/queries/jobs.ts';
import { extendLease } from '../../src/store/queries/leases.ts';
import { findModels } from '../../src/store/queries/models.ts';
import { claimWake } from '../../src/store/queries/scheduled-wakes.ts';
import { claimDeliveries } from '../../src/store/queries/webhook-deliveries.ts';
import { pruneWebhookEvents } from '../../src/store/queries/webhook-events.ts';
import { newKeyRow } from '../../src/services/keys/new-key-row.ts';
import { newWebhookEvent } from '../../src/services/events/new-event.ts';
import { deadLetters, projects } from '../../src/store/schema.ts';
import { SQL_LIMITS } from '../../src/store/sql-limits.ts';
import type { Database } from '../../src/store/database.ts';

export interface OpenDatabase extends AsyncDisposable {
  readonly db: Database;
}

const PROJECT = { id: 'proj_a', name: 'a', cacheSalt: 'salt', createdMs: 1_700_000_000_000, limits: null };
const newKey = (secret: string) =>
  newKeyRow({ projectId: PROJECT.id, name: 'k', secret, scopes: ['predict'], nowMs: 1_700_000_000_000 });

/** What the drivers must have in common for every query of ours to mean the same on each. */
export function describeDatabase(platform: string, open: () => Promise<OpenDatabase>): void {
  describe(`contract: database (${platform})`, () => {
    test('tells a hit from a miss', async () => {
      await using opened = await open();
      await insertProjectIfMissing(opened.db, PROJECT);
      expect(await findProject(opened.db, PROJECT.id)).toEqual(PROJECT);
      expect(await findProject(opened.db, 'proj_b')).toBeUndefined();
    });

    test('keeps JSON, null and 53-bit integers', async () => {
      await using opened = await open();
      await insertProjectIfMissing(opened.db, PROJECT);
      const key = { ...newKey('one'), expiresMs: Number.MAX_SAFE_INTEGER };
      await insertApiKey(opened.db, key);
      expect(await findApiKeyByHash(opened.db, key.hash)).toEqual(key);
    });

    test('refuses a duplicate of a unique column and a reference to nothing', async () => {
      await using opened = await open();
      await insertProjectIfMissing(opened.db, PROJECT);
      await insertApiKey(opened.db, newKey('one'));
      await expect(insertApiKey(opened.db, newKey('one'))).rejects.toThrow();
      await expect(insertApiKey(opened.db, { ...newKey('two'), projectId: 'proj_nowhere' })).rejects.toThrow();
    });

    test('a batch happens as a whole or not at all', async () => {
      await using opened = await open();
      const { db } = opened;
      const insert = (id: string) => db.insert(projects).values({ ...PROJECT, id });
      await expect(db.batch([insert('proj_1'), insert('proj_2'), insert('proj_1')])).rejects.toThrow();
      expect(await db.select().from(projects)).toEqual([]);
      await db.batch([insert('proj_1'), insert('proj_2')]);
      expect(await db.select().from(projects)).toHaveLength(2);
    });

    test('a batch answers each of its statements', async () => {
      await using opened = await open();
      const { db } = opened;
      const [inserted, selected] = await db.batch([
        db.insert(projects).values(PROJECT).returning({ id: projects.id }),
        db.select({ name: projects.name }).from(projects),
      ]);
      expect(inserted).toEqual([{ id: PROJECT.id }]);
      expect(selected).toEqual([{ name: PROJECT.name }]);
    });

    test('pages by id, newest first', async () => {
      await using opened = await open();
      await insertProjectIfMissing(opened.db, PROJECT);
      const keys = ['one', 'two', 'three'].map((secret) => newKey(secret));
      for (const key of keys) await insertApiKey(opened.db, key);
      const [newest, ...older] = keys.map(({ id }) => id).toReversed();
      const listed = await listApiKeys(opened.db, { projectId: PROJECT.id, after: newest, limit: 10 });
      expect(listed.map(({ id }) => id)).toEqual(older);
    });

    test('a second revocation keeps the time of the first', async () => {
      await using opened = await open();
      await insertProjectIfMissing(opened.db, PROJECT);
      const key = newKey('one');
      await insertApiKey(opened.db, key);
      await revokeApiKey(opened.db, { projectId: PROJECT.id, id: key.id, nowMs: 1 });
      expect(await revokeApiKey(opened.db, { projectId: PROJECT.id, id: key.id, nowMs: 2 })).toMatchObject({
        revokedMs: 1,
      });
    });

    test('hides a file of another project and one that has expired', async () => {
      await using opened = await open();
      await insertProjectIfMissing(opened.db, PROJECT);
      const file = {
        id: 'file-1',
        projectId: PROJECT.id,
        filename: 'a',
        purpose: 'fine-tune' as const,
        sizeBytes: 1,
        sha256: '',
        blobKey: 'files/1',
        createdMs: 0,
        expiresMs: 1_000,
      };
      await insertFile(opened.db, file);
      expect(await findFile(opened.db, { id: file.id, projectId: PROJECT.id, nowMs: 999 })).toEqual(file);
      expect(await findFile(opened.db, { id: file.id, projectId: PROJECT.id, nowMs: 1_000 })).toBeUndefined();
      expect(await findFile(opened.db, { id: file.id, projectId: 'proj_b', nowMs: 0 })).toBeUndefined();
    });

    test('takes a hundred bound parameters and refuses one more', async () => {
      await using opened = await open();
      const ids = (count: number) => Array.from({ length: count }, (_, index) => `proj_${index}`);
      const find = (count: number) =>
        opened.db
          .select()
          .from(projects)
          .where(inArray(projects.id, ids(count)));
      expect(await find(SQL_LIMITS.boundParameters)).toEqual([]);
      await expect(find(SQL_LIMITS.boundParameters + 1)).rejects.toThrow();
    });

    test('no query binds more for a longer list', async () => {
      await using opened = await open();
      const { db } = opened;
      await insertProjectIfMissing(db, PROJECT);
      for (const size of [0, 1, 99, 101, 1_000]) {
        const ids = Array.from({ length: size }, (_, index) => `id-${size}-${index}`);
        expect(await findModels(db, { ids, projectId: PROJECT.id })).toEqual([]);
        expect(await findNamedBlobKeys(db, ids)).toEqual(new Set());
        await insertDeadLetters(
          db,
          ids.map((id) => ({ id, queue: 'q', body: '{}', sentMs: 1, diedMs: 2 })),
        );
        expect(await db.$count(deadLetters, like(deadLetters.id, `id-${size}-%`))).toBe(size);
        const event = {
          level: 'info',
          message: 'm',
          type: 'message',
          data: null,
          createdMs: 1,
          sourceKey: null,
        } as const;
        const change = {
          set: { priority: 1 },
          events: ids.map((id) => ({ ...event, id, jobId: 'ftjob-none' })),
          webhookEvents: ids.map((id) => webhookEvent(id)),
        };
        expect(await changeJob(db, { jobId: 'ftjob-none', status: 'running' }, change)).toBeUndefined();
        const lease = { jobId: 'ftjob-none', leaseToken: 't', leaseExpiresMs: 1, events: change.events };
        expect(await extendLease(db, lease)).toBeUndefined();
        expect(await claimDeliveries(db, { nowMs: 1, leaseExpiresMs: 2, limit: Math.min(size, 90) })).toEqual([]);
        expect(
          await listJobs(db, { projectId: PROJECT.id, limit: 10, metadata: metadata(Math.min(size, 16)) }),
        ).toEqual([]);
        expect(await pruneWebhookEvents(db, { createdBeforeMs: 0, limit: size })).toBe(0);
      }
    });

    test('keeps a value of nearly two megabytes', async () => {
      await using opened = await open();
      const name = 'é'.repeat(900_000);
      await insertProjectIfMissing(opened.db, { ...PROJECT, name });
      expect((await findProject(opened.db, PROJECT.id))?.name === name).toBe(true);
    });

    test('one of many is told to see to a wake, and another only for an earlier time or one that has passed', async () => {
      await using opened = await open();
      const claim = (dueMs: number, nowMs: number) => claimWake(opened.db, { name: 'outbox', dueMs, nowMs });
      const atOnce = await Promise.all([claim(1_000, 0), claim(1_000, 0), claim(1_000, 0)]);
      expect(atOnce.filter(Boolean)).toHaveLength(1);
      expect(await claim(2_000, 500)).toBe(false);
      expect(await claim(900, 500)).toBe(true);
      expect(await claim(2_000, 899)).toBe(false);
      expect(await claim(2_000, 900)).toBe(true);
    });

    test('a dead letter is written down once, and goes with age', async () => {
      await using opened = await open();
      const { db } = opened;
      const letter = { id: 'm1', queue: 'levigate-dead', body: '{"kind":"other"}', sentMs: 1, diedMs: 10 };
      await insertDeadLetters(db, [letter, { ...letter, id: 'm2', diedMs: 20 }]);
      await insertDeadLetters(db, [letter]);
      await deleteDeadLettersBefore(db, 20);
      expect(await db.select().from(deadLetters)).toEqual([{ ...letter, id: 'm2', diedMs: 20 }]);
    });
  });
}

const metadata = (pairs: number) => Object.fromEntries(Array.from({ length: pairs }, (_, index) => [`k${index}`, 'v']));

const webhookEvent = (id: string) => ({
  ...newWebhookEvent({ projectId: PROJECT.id, type: 'fine_tuning.job.failed', subjectId: 'ftjob-none', nowMs: 1 }),
  id,
});
