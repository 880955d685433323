import { applyD1Migrations, env } from 'cloudflare:test';
import { drizzle } from 'drizzle-orm/d1';
import { inject } from 'vitest';
import type { ProjectLimiters } from '../../../src/platform/cloudflare/durable-limiter.ts';
import type { Database } from '../../../src/store/database.ts';
import * as schema from '../../../src/store/schema.ts';

interface Storage {
  readonly DB: D1Database;
  readonly BLOBS: R2Bucket;
  readonly LIMITER: ProjectLimiters;
}

/** As wrangler.toml beside this binds them. */
const { DB, BLOBS, LIMITER } = env as unknown as Storage;

/** Migrated, without a row. */
export async function emptyDatabase(): Promise<Database> {
  await applyD1Migrations(DB, inject('migrations'));
  const { results } = await DB.prepare(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '\\_cf%' escape '\\' and name <> 'd1_migrations'",
  ).all<{ name: string }>();
  const deletions = results.map(({ name }) => DB.prepare(`delete from ${name}`));
  await DB.batch([DB.prepare('pragma defer_foreign_keys = on'), ...deletions]);
  return drizzle(DB, { schema });
}

export async function emptyBucket(): Promise<R2Bucket> {
  for (;;) {
    const { objects } = await BLOBS.list();
    if (objects.length === 0) return BLOBS;
    await BLOBS.delete(objects.map(({ key }) => key));
  }
}

export const projectLimiters = (): ProjectLimiters => LIMITER;

export const nothingToClose = (): Promise<void> => Promise.resolve();
