import { z } from 'zod';
import type { DatabaseResource, Deployment } from './deployment.ts';
import { parseJsonOutput } from './parse-json.ts';
import type { Step } from './step.ts';
import type { Wrangler } from './wrangler.ts';
import { writeDatabaseId } from './write-database-id.ts';

const Databases = z.array(z.object({ uuid: z.string(), name: z.string() }));

/** What `levigate cloudflare create` makes: the resources that a deployment binds. What is there already is taken. */
export function planCreation(deployment: Deployment, wrangler: Wrangler): readonly Step[] {
  const { databases, buckets, queues } = deployment;
  return [
    ...databases.map((database) => ({
      subject: `D1 database ${database.name}`,
      run: () => provideDatabase(deployment, wrangler, database),
    })),
    ...buckets.map((name) => ({
      subject: `R2 bucket ${name}`,
      run: () => create(wrangler, 'r2', 'bucket', 'create', name),
    })),
    ...queues.map((name) => ({ subject: `queue ${name}`, run: () => create(wrangler, 'queues', 'create', name) })),
  ];
}

/** 10004: the bucket is there; 11009: the queue is. */
const THERE = /already (exists|taken|own)|10004|11009/i;

async function create(wrangler: Wrangler, ...args: readonly string[]): Promise<string> {
  const { isOk, reason } = await wrangler.run(...args);
  if (isOk) return 'made';
  if (THERE.test(reason)) return 'was there';
  throw new Error(reason);
}

/** An id in wrangler.toml whose database is gone, as after a teardown, is replaced like one that ships. */
async function provideDatabase(
  deployment: Deployment,
  wrangler: Wrangler,
  database: DatabaseResource,
): Promise<string> {
  const { name, id } = database;
  const before = await listDatabases(wrangler);
  if (before.some(({ uuid }) => uuid === id)) return `was there (${id})`;
  const existing = before.find((each) => each.name === name);
  if (!existing) await wrangler.runOrThrow('d1', 'create', name);
  const found = existing ?? (await listDatabases(wrangler)).find((each) => each.name === name);
  if (!found) throw new Error('"wrangler d1 list" does not show it yet: try again in a moment');
  await writeDatabaseId(deployment, database, found.uuid);
  return `${existing ? 'was there' : 'made'}, and its id stands in wrangler.toml now (${found.uuid})`;
}

async function listDatabases(wrangler: Wrangler): Promise<z.infer<typeof Databases>> {
  return parseJsonOutput(await wrangler.runOrThrow('d1', 'list', '--json'), Databases) ?? [];
}
