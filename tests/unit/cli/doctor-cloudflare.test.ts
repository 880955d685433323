import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createProgram } from '../../../src/cli/program.ts';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { startHttpServer } from '../../../src/platform/node/http-server.ts';
import { createWorkerTransport } from '../../../src/platform/node/worker-transport.ts';
import { HEALTHY, installFakeWrangler, MIGRATIONS } from '../../support/fake-wrangler.ts';
import type { FakeAccount, FakeWrangler } from '../../support/fake-wrangler.ts';
import { createNodeGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { NodeGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { startPredictServer } from '../../support/predict-server.ts';

/** A gateway with one worker that answers. */
const stack = new AsyncDisposableStack();
let gateway: NodeGatewayWithWorker;
let gatewayUrl: string;
beforeAll(async () => {
  const workers = stack.use(createWorkerTransport());
  gateway = stack.use(await createNodeGatewayWithWorker({ services: { workers } }));
  const worker = stack.use(await startPredictServer());
  await gateway.startWorker({ url: worker.url });
  gatewayUrl = stack.use(await startHttpServer({ fetch: gateway.app.fetch, host: '127.0.0.1', port: 0 })).url;
});
afterAll(() => stack.disposeAsync());

const stdout: string[] = [];
let exitCode: typeof process.exitCode;
beforeEach(() => {
  ({ exitCode } = process);
  process.exitCode = 0;
  stdout.length = 0;
  vi.spyOn(console, 'log').mockImplementation((line: string) => void stdout.push(line));
  vi.stubEnv('LEVIGATE_URL', undefined);
  vi.stubEnv('LEVIGATE_API_KEY', undefined);
});
afterEach(() => {
  process.exitCode = exitCode;
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const Findings = z.object({
  findings: z.array(
    z.object({ subject: z.string(), state: z.string(), message: z.string(), mend: z.string().optional() }),
  ),
});

async function examine(
  wrangler: FakeWrangler,
  { env = 'staging', url = gatewayUrl }: { readonly env?: string | null; readonly url?: string | null } = {},
): Promise<Map<string, Omit<Finding, 'state'> & { readonly state: string }>> {
  const args = [
    'doctor',
    '--cloudflare',
    '--json',
    '--config',
    wrangler.config,
    ...(env === null ? [] : ['--env', env]),
  ];
  await createProgram().parseAsync(url === null ? args : ['--url', url, ...args], { from: 'user' });
  const { findings } = Findings.parse(JSON.parse(stdout.join('\n')));
  return new Map(findings.map((finding) => [finding.subject, finding as Finding]));
}

async function examineWith(account: Partial<FakeAccount>, options?: Parameters<typeof examine>[1]) {
  await using wrangler = await installFakeWrangler(account);
  return await examine(wrangler, options);
}

test('an environment in order: everything was looked at, nothing is broken', async () => {
  await using wrangler = await installFakeWrangler();
  const findings = await examine(wrangler);
  expect(Object.fromEntries([...findings].map(([subject, { state }]) => [subject, state]))).toEqual({
    account: 'ok',
    bindings: 'ok',
    'R2 bucket levigate-blobs-staging': 'ok',
    'queue outbox-staging': 'ok',
    'queue outbox-dead-staging': 'ok',
    'migrations of DB, remote': 'ok',
    'migrations of DB, local': 'ok',
    'secret LEVIGATE_API_KEY': 'ok',
    'secret LEVIGATE_WORKER_TOKEN': 'ok',
    'secret LEVIGATE_WORKER_TOKEN_HASHES': 'note',
    'secret LEVIGATE_R2_ACCESS_KEY_ID': 'note',
    'secret LEVIGATE_R2_SECRET_ACCESS_KEY': 'note',
    'secret LEVIGATE_CATALOGUE': 'note',
    'secret LEVIGATE_EXTRA': 'ok',
    gateway: 'ok',
    workers: 'ok',
    'way to the workers': 'unchecked',
  });
  expect(process.exitCode).toBe(0);
  expect(await wrangler.calls()).toContain('secret list (--env=staging)');
});

describe('what is broken is named with how to mend it, and the exit status is 1', () => {
  test.each<[string, Partial<FakeAccount>, string, RegExp, string]>([
    ['no login', { accounts: [] }, 'account', /not logged in/, 'wrangler login'],
    [
      'several accounts',
      { accounts: [...HEALTHY.accounts, { id: 'account2', name: 'Bob' }] },
      'account',
      /Ada \(account1\), Bob \(account2\)/,
      'CLOUDFLARE_ACCOUNT_ID',
    ],
    ['a secret', { secrets: ['LEVIGATE_API_KEY'] }, 'secret LEVIGATE_WORKER_TOKEN', /not set/, '--env staging'],
    ['a secret of wrangler.toml', { secrets: [] }, 'secret LEVIGATE_EXTRA', /required by/, 'put LEVIGATE_EXTRA'],
    ['the Worker', { workers: [] }, 'worker', /levigate-staging is not deployed/, 'wrangler deploy --env staging'],
    [
      'a migration',
      { migrations: { remote: [MIGRATIONS[0]], local: null } },
      'migrations of DB, remote',
      /1 of 2 are not applied: 0001_second\.sql/,
      'wrangler d1 migrations apply DB --remote --env staging',
    ],
    [
      'the database',
      { databases: [] },
      'migrations of DB, remote',
      /not in the account/,
      'cloudflare create --env staging',
    ],
    ['a bucket', { buckets: [] }, 'R2 bucket levigate-blobs-staging', /not in the account/, 'r2 bucket create'],
    [
      'the dead letters',
      { queues: ['outbox-staging'] },
      'queue outbox-dead-staging',
      /not in/,
      'queues create outbox-dead',
    ],
  ])('%s', async (_, account, subject, message, mend) => {
    const finding = (await examineWith(account)).get(subject);
    expect(finding).toMatchObject({ state: 'broken', message: expect.stringMatching(message) });
    expect(finding?.mend).toContain(mend);
    expect(process.exitCode).toBe(1);
  });

  test('what an environment did not repeat, and what still is as it ships', async () => {
    const bare = await examineWith({}, { env: 'bare', url: null });
    expect(bare.get('binding OUTBOX')).toMatchObject({
      state: 'broken',
      message: expect.stringContaining('[env.bare]'),
    });
    expect(bare.get('binding DB')).toMatchObject({ state: 'broken', message: expect.stringContaining('placeholder') });
    expect(bare.get('binding DB')?.mend).toContain('levigate cloudflare create --env bare');
    expect(bare.get('LEVIGATE_PUBLIC_URL')).toMatchObject({ state: 'broken' });
    expect(bare.get('gateway')).toMatchObject({ state: 'unchecked' });
  });
});

test('without a login it says of each thing that it could not be checked; local migrations are', async () => {
  const findings = await examineWith({ accounts: [], migrations: { remote: null, local: null } });
  expect(findings.get('migrations of DB, remote')?.state).toBe('unchecked');
  expect(findings.get('R2 bucket levigate-blobs-staging')?.state).toBe('unchecked');
  expect([...findings.keys()].some((subject) => subject.startsWith('secrets LEVIGATE_API_KEY'))).toBe(true);
  expect(findings.get('migrations of DB, local')).toMatchObject({
    state: 'note',
    mend: 'wrangler d1 migrations apply DB --local',
  });
});

test('no environment, or one that is not there, is answered with those there are', async () => {
  await using wrangler = await installFakeWrangler();
  await expect(examine(wrangler, { env: null })).rejects.toThrow('--env: staging, bare');
  await expect(examine(wrangler, { env: 'prod' })).rejects.toThrow('no environment "prod". There are: staging, bare');
});

describe('the way to the gateway and back', () => {
  test('is shown by a prediction, where there is a key and a model', async () => {
    const { model } = await gateway.trainModel();
    vi.stubEnv('LEVIGATE_API_KEY', gateway.secret);
    const findings = await examineWith({});
    expect(findings.get('workers')?.message).toMatch(/^\d alive, ready: all-minilm-l6-v2$/);
    expect(findings.get('way to the workers')).toMatchObject({ state: 'ok', message: `${model} answered` });
  });

  test('a worker that registered and cannot be reached is broken', async () => {
    await using lonely = await createNodeGatewayWithWorker();
    await lonely.trainModel();
    await using server = await startHttpServer({ fetch: lonely.app.fetch, host: '127.0.0.1', port: 0 });
    vi.stubEnv('LEVIGATE_API_KEY', lonely.secret);
    const finding = (await examineWith({}, { url: server.url })).get('way to the workers');
    expect(finding).toMatchObject({ state: 'broken', mend: expect.stringContaining('LEVIGATE_WORKER_URL') });
  });

  test('the address of wrangler.toml is asked where none is given', async () => {
    expect((await examineWith({}, { url: null })).get('gateway')).toMatchObject({
      state: 'broken',
      message: expect.stringContaining('http://127.0.0.1:1/health'),
    });
  });

  test('no worker, and a server that is none of ours', async () => {
    const health = { status: 'ok', version: '0.1.0', workers: { alive: 0, backbones: [] } };
    const lonely = new Hono().get('/health', (c) => c.json(health));
    await using without = await startHttpServer({ fetch: lonely.fetch, host: '127.0.0.1', port: 0 });
    const found = (await examineWith({}, { url: without.url })).get('workers');
    expect(found).toMatchObject({ state: 'broken', mend: expect.stringContaining('LEVIGATE_WORKER_TOKEN') });

    stdout.length = 0;
    const other = new Hono().get('/health', (c) => c.text('<html>'));
    await using stranger = await startHttpServer({ fetch: other.fetch, host: '127.0.0.1', port: 0 });
    expect((await examineWith({}, { url: stranger.url })).get('gateway')).toMatchObject({
      state: 'broken',
      message: expect.stringContaining('no Levigate gateway'),
    });
  });
});

test('as text: a line a finding, how to mend it below, and a sum', async () => {
  await using wrangler = await installFakeWrangler({ buckets: [] });
  const args = ['--url', gatewayUrl, 'doctor', '--cloudflare', '--env', 'staging', '--config', wrangler.config];
  await createProgram().parseAsync(args, { from: 'user' });
  expect(stdout.join('\n')).toContain(
    'broken  R2 bucket levigate-blobs-staging: not in the account\n          -> wrangler r2 bucket create levigate-blobs-staging',
  );
  expect(stdout.join('\n')).toMatch(/1 broken, 1 could not be checked from here\.$/);
});
