import type { CloudflareEnvironment } from '../../../src/platform/cloudflare/environment.ts';

/** Nothing in D1 but the schema, nothing in R2. */
export async function emptyStorage({ DB, BLOBS }: CloudflareEnvironment): Promise<void> {
  const { results } = await DB.prepare(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%' and name <> 'd1_migrations'",
  ).all<{ readonly name: string }>();
  await DB.batch([
    DB.prepare('pragma defer_foreign_keys = on'),
    ...results.map(({ name }) => DB.prepare(`delete from "${name}"`)),
  ]);
  const { objects } = await BLOBS.list();
  if (objects.length > 0) await BLOBS.delete(objects.map(({ key }) => key));
}
