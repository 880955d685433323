import { describe, expect, test } from 'vitest';
import { findApiKeyByHash, insertApiKey, listApiKeys, revokeApiKey } from '../../src/store/queries/api-keys.ts';
import { findFile, insertFile } from '../../src/store/queries/files.ts';
import { findProject, insertProjectIfMissing } from '../../src/store/queries/projects.ts';
import { newKeyRow } from '../../src/services/keys/new-key-row.ts';
import { projects } from '../../src/store/schema.ts';
import type { Database } from '../../src/store/database.ts';

export interface OpenDatabase extends AsyncDisposable {
  readonly db: Database;
}

const PROJECT = { id: 'proj_a', name: 'a', cacheSalt: 'salt', createdMs: 1_700_000_000_000 };
const newKey = (secret: string) =>
  newKeyRow({ projectId: PROJECT.id, name: 'k', secret, scopes: ['predict'], nowMs: 1_700_000_000_000 });

/** What the drivers must have in common for every query of ours to mean the same on each. */
export function describeDatabase(name: string, open: () => Promise<OpenDatabase>): void {
  describe(`database: ${name}`, () => {
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
  });
}
