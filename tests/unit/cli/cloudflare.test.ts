import { copyFile, readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CLOUDFLARE_SECRETS } from '../../../src/cli/cloudflare/secrets.ts';
import { readDeployment } from '../../../src/cli/cloudflare/read-deployment.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { startHttpServer } from '../../../src/platform/node/http-server.ts';
import { DEPLOYMENT, HEALTHY, installFakeWrangler } from '../../support/fake-wrangler.ts';
import type { FakeWrangler } from '../../support/fake-wrangler.ts';

const WRANGLER_TOML = new URL('../../../wrangler.toml', import.meta.url).pathname;

const stdout: string[] = [];
beforeEach(() => {
  stdout.length = 0;
  vi.spyOn(console, 'log').mockImplementation((line: string) => void stdout.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function run(wrangler: FakeWrangler, ...args: readonly string[]): Promise<string> {
  await createProgram().parseAsync(['cloudflare', ...args, '--config', wrangler.config], { from: 'user' });
  return stdout.join('\n');
}

/** Objects of R2 by bucket behind the two calls of Cloudflare's API that empty one. */
async function serveObjects(objects: Record<string, string[]>) {
  const ok = { success: true, errors: [], messages: [] };
  const path = '/accounts/account1/r2/buckets/:bucket/objects';
  const app = new Hono()
    .use(path, async (c, next) => {
      if (c.req.header('authorization') === 'Bearer a-token') return next();
      return c.json({ success: false, errors: [{ code: 10_000, message: 'Authentication error' }], result: null }, 403);
    })
    .get(path, (c) => {
      const keys = (objects[c.req.param('bucket')] ?? []).slice(0, Number(c.req.query('per_page')));
      return c.json({ ...ok, result: keys.map((key) => ({ key, size: 1 })) });
    })
    .delete(path, async (c) => {
      const keys: string[] = await c.req.json();
      if (keys.length > 1_000) return c.json({ success: false, errors: [{ message: 'too many' }], result: null }, 400);
      const bucket = c.req.param('bucket');
      objects[bucket] = (objects[bucket] ?? []).filter((key) => !keys.includes(key));
      return c.json({ ...ok, result: keys.map((key) => ({ key })) });
    });
  const server = await startHttpServer({ fetch: app.fetch, host: '127.0.0.1', port: 0 });
  vi.stubEnv('CLOUDFLARE_API_BASE_URL', server.url);
  return server;
}

const manyKeys = (count: number): string[] => Array.from({ length: count }, (_, index) => `files/${index}`);

test('destroy deletes all that wrangler.toml names of the environment, and nothing else', async () => {
  await using wrangler = await installFakeWrangler({
    databases: [...HEALTHY.databases, { uuid: 'other', name: 'levigate' }],
    buckets: [...HEALTHY.buckets, 'levigate-blobs'],
    queues: [...HEALTHY.queues, 'outbox'],
  });
  const objects = { 'levigate-blobs-staging': manyKeys(2_345), 'levigate-blobs': ['files/keep'] };
  await using _server = await serveObjects(objects);
  const text = await run(wrangler, 'destroy', '--env', 'staging', '--yes');
  expect(await wrangler.account()).toMatchObject({
    workers: [],
    databases: [{ name: 'levigate' }],
    buckets: ['levigate-blobs'],
    queues: ['outbox'],
    containers: [],
  });
  expect(objects).toEqual({ 'levigate-blobs-staging': [], 'levigate-blobs': ['files/keep'] });
  expect(text).toContain('deleted, 2345 objects');
  // The plan stands before anything is done.
  expect(text.indexOf('Deletes, for good')).toBe(0);
});

test('destroy again finds nothing, and says so', async () => {
  await using wrangler = await installFakeWrangler({
    workers: [],
    databases: [],
    buckets: [],
    queues: [],
    containers: [],
  });
  const text = await run(wrangler, 'destroy', '--env', 'staging', '--yes');
  expect(text.match(/was not there/g)).toHaveLength(6);
});

test('destroy --dry-run lists and calls nothing', async () => {
  await using wrangler = await installFakeWrangler();
  const text = await run(wrangler, 'destroy', '--env', 'staging', '--dry-run');
  expect(text).toContain('Would delete:\n  Worker levigate-staging, with its secrets');
  expect(text).toContain('D1 database levigate-staging: projects, keys, jobs, models, webhooks');
  expect(text).toContain('R2 bucket levigate-blobs-staging, with every file and adapter in it');
  expect(text).toContain('queue outbox-dead-staging');
  expect(await wrangler.calls()).toEqual([]);
});

test('destroy without --yes does nothing where nobody can be asked', async () => {
  await using wrangler = await installFakeWrangler();
  await expect(run(wrangler, 'destroy', '--env', 'staging')).rejects.toThrow('no terminal to ask at');
  expect(await wrangler.calls()).toEqual([]);
});

test('what cannot be deleted is named at the end, and the rest is deleted all the same', async () => {
  await using wrangler = await installFakeWrangler({ stuckQueues: ['outbox-staging'] });
  await using _server = await serveObjects({});
  await expect(run(wrangler, 'destroy', '--env', 'staging', '--yes')).rejects.toThrow(/not done: queue outbox-staging/);
  expect(stdout.join('\n')).toContain('The queue has a consumer. [code: 11005]');
  expect(await wrangler.account()).toMatchObject({
    workers: [],
    databases: [],
    buckets: [],
    queues: ['outbox-staging'],
  });
});

test("a bucket that the API refuses to empty stays, with the API's reason", async () => {
  await using wrangler = await installFakeWrangler({ token: 'another' });
  await using _server = await serveObjects({ 'levigate-blobs-staging': ['files/a'] });
  await expect(run(wrangler, 'destroy', '--env', 'staging', '--yes')).rejects.toThrow(/not done: R2 bucket/);
  expect(stdout.join('\n')).toContain("Cloudflare's API answered 403: Authentication error");
  expect((await wrangler.account()).buckets).toEqual(['levigate-blobs-staging']);
});

test('create makes what is missing, and changes one value of wrangler.toml', async () => {
  await using wrangler = await installFakeWrangler({ databases: [], buckets: [], queues: [] });
  const text = await run(wrangler, 'create', '--env', 'bare');
  expect(await wrangler.account()).toMatchObject({
    databases: [{ name: 'levigate-bare' }],
    buckets: ['levigate-blobs-bare'],
  });
  const { databases } = await readDeployment(wrangler.config, 'bare');
  expect(databases[0]?.id).toBe('11111111-2222-3333-4444-555555555550');
  const expected = DEPLOYMENT.replace(
    '"00000000-0000-0000-0000-000000000001"',
    '"11111111-2222-3333-4444-555555555550"',
  );
  expect(await readFile(wrangler.config, 'utf8')).toBe(expected);
  expect(text).toContain('wrangler d1 migrations apply DB --remote --env bare');
  expect(text).toContain('openssl rand -hex 32 | wrangler secret put LEVIGATE_WORKER_TOKEN --env bare');
  // Again: everything is there.
  expect(await run(wrangler, 'create', '--env', 'bare')).toContain('R2 bucket levigate-blobs-bare: was there');
});

test('create takes a database that the account has already', async () => {
  await using wrangler = await installFakeWrangler({ databases: [{ uuid: 'abcdef01-2222', name: 'levigate-bare' }] });
  await run(wrangler, 'create', '--env', 'bare');
  expect((await readDeployment(wrangler.config, 'bare')).databases[0]?.id).toBe('abcdef01-2222');
  expect(await wrangler.calls()).not.toContain('d1 create levigate-bare (--env=bare)');
});

test('create after a teardown puts the id of a new database in the place of the old', async () => {
  await using wrangler = await installFakeWrangler({ databases: [] });
  await run(wrangler, 'create', '--env', 'staging');
  const { databases } = await readDeployment(wrangler.config, 'staging');
  expect(databases[0]?.id).toBe('11111111-2222-3333-4444-555555555550');
});

test('create --dry-run lists and calls nothing', async () => {
  await using wrangler = await installFakeWrangler();
  expect(await run(wrangler, 'create', '--env', 'bare', '--dry-run')).toContain('  D1 database levigate-bare\n');
  expect(await wrangler.calls()).toEqual([]);
});

test('an id whose place cannot be told is given to be written by hand, and the file stays as it was', async () => {
  const twice = DEPLOYMENT.replace('aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', '00000000-0000-0000-0000-000000000001');
  await using wrangler = await installFakeWrangler({ databases: [] }, twice);
  await expect(run(wrangler, 'create', '--env', 'bare')).rejects.toThrow('not done: D1 database levigate-bare');
  expect(stdout.join('\n')).toContain(
    'write database_id = "11111111-2222-3333-4444-555555555550" into the D1 entry DB of the environment bare',
  );
  expect(await readFile(wrangler.config, 'utf8')).toBe(twice);
});

test.each(['dev', 'staging', 'production'])("the repository's wrangler.toml, %s: create fills it in", async (env) => {
  await using wrangler = await installFakeWrangler({ databases: [], buckets: [], queues: [] });
  await copyFile(WRANGLER_TOML, wrangler.config);
  await run(wrangler, 'create', '--env', env);
  const deployment = await readDeployment(wrangler.config, env);
  expect(deployment.databases.map(({ id }) => id)).toEqual(['11111111-2222-3333-4444-555555555550']);
  const { buckets, queues } = await wrangler.account();
  expect({ buckets, queues }).toEqual({ buckets: deployment.buckets, queues: deployment.queues });
  expect(deployment.bindings).toEqual(deployment.topLevelBindings);
  const needed = CLOUDFLARE_SECRETS.filter(({ isNeeded }) => isNeeded).map(({ name }) => name);
  expect(deployment.requiredSecrets).toEqual(needed);
});

test('docs/deploy.md has the table of secrets', async () => {
  const guide = await readFile(new URL('../../../docs/deploy.md', import.meta.url), 'utf8');
  const rows = CLOUDFLARE_SECRETS.map(({ name, isNeeded, purpose, make }) => {
    const how = make === null ? '' : `\`${make.replaceAll('|', '\\|')}\` `;
    return `| \`${name}\` | ${isNeeded ? 'yes' : 'no'} | ${purpose} | ${how}|`;
  });
  expect(guide).toContain(rows.join('\n'));
});
