import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { checkDataFolder } from '../../../src/cli/doctor/machine/data-folder.ts';
import { checkDiskSpace, judge } from '../../../src/cli/doctor/machine/disk-space.ts';
import { checkNodeVersion } from '../../../src/cli/doctor/machine/node-version.ts';
import { checkPort } from '../../../src/cli/doctor/machine/port.ts';
import { checkSettings } from '../../../src/cli/doctor/machine/settings.ts';
import { checkWorker } from '../../../src/cli/doctor/machine/worker.ts';
import { runChecks } from '../../../src/cli/doctor/run-checks.ts';
import { startHttpServer } from '../../../src/platform/node/http-server.ts';
import { createNodeGateway } from '../../support/gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const MIB = 1024 * 1024;
const WORKER_CHECK = new URL('../../../gpu-worker/src/check.ts', import.meta.url).pathname;
const machine = (env: Readonly<Record<string, string | undefined>> = {}, workerCheck = WORKER_CHECK) => ({
  env: { PATH: process.env['PATH'], ...env },
  workerCheck,
});

test('this Node is new enough', async () => {
  expect(await checkNodeVersion()).toEqual([{ subject: 'Node', state: 'ok', message: process.versions.node }]);
});

test('settings that the gateway would refuse are named', async () => {
  const check = { subject: 'settings', run: checkSettings };
  expect((await runChecks([check], machine()))[0]).toMatchObject({ state: 'ok' });
  const [finding] = await runChecks([check], machine({ PORT: '70000', LEVIGATE_LEASE_MS: 'soon' }));
  expect(finding?.state).toBe('broken');
  expect(finding?.message).toMatch(/PORT: .*\n {2}LEVIGATE_LEASE_MS: /);
});

test('a data folder is made, and nothing is left in it; one that cannot be is broken', async () => {
  await using folder = await createTemporaryFolder();
  const data = join(folder.path, 'new/data');
  expect(await checkDataFolder(machine({ LEVIGATE_DATA: data }))).toEqual([
    { subject: 'data folder', state: 'ok', message: data },
  ]);
  const file = join(folder.path, 'file');
  await writeFile(file, '');
  const [finding] = await checkDataFolder(machine({ LEVIGATE_DATA: join(file, 'data') }));
  expect(finding).toMatchObject({ state: 'broken', mend: expect.stringContaining('LEVIGATE_DATA') });
});

test('disk space is that of the nearest folder there is', async () => {
  const findings = await checkDiskSpace(machine({ LEVIGATE_DATA: '/not/there/yet', LEVIGATE_CACHE: '/nor/this' }));
  expect(findings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^\d+ MiB free at \/not\/there\/yet$/),
    expect.stringMatching(/^\d+ MiB free at \/nor\/this$/),
  ]);
  expect(judge('disk', '/x', 500 * MIB).state).toBe('broken');
  expect(judge('disk', '/x', 1_000 * MIB).state).toBe('note');
  expect(judge('disk', '/x', 4_000 * MIB).state).toBe('ok');
});

test('a port: free, taken by a stranger, or by a gateway of ours', async () => {
  const stranger = await startHttpServer({ fetch: new Hono().fetch, host: '127.0.0.1', port: 0 });
  const { port } = new URL(stranger.url);
  const [taken] = await checkPort(machine({ PORT: port }));
  expect(taken).toMatchObject({ state: 'broken', message: expect.stringContaining('EADDRINUSE') });
  await stranger[Symbol.asyncDispose]();
  expect((await checkPort(machine({ PORT: port })))[0]).toMatchObject({ state: 'ok', message: 'free' });

  await using gateway = await createNodeGateway();
  await using server = await startHttpServer({ fetch: gateway.app.fetch, host: '127.0.0.1', port: 0 });
  expect((await checkPort(machine({ PORT: new URL(server.url).port })))[0]?.state).toBe('note');
});

test('onnxruntime runs in a process of its own, and backbones are told apart', async () => {
  await using cache = await createTemporaryFolder();
  const env = { LEVIGATE_CACHE: cache.path, LEVIGATE_DEVICE: 'cpu', LEVIGATE_BACKBONES: 'all-minilm-l6-v2,nothing' };
  expect(await checkWorker(machine(env))).toEqual([
    { subject: 'onnxruntime', state: 'ok', message: 'runs on cpu' },
    expect.objectContaining({ subject: 'backbone all-minilm-l6-v2', state: 'note' }),
    expect.objectContaining({ subject: 'backbone nothing', state: 'broken' }),
  ]);
});

test('native code that ends the process is a finding, and so is a build that is not there', async () => {
  await using folder = await createTemporaryFolder();
  const script = join(folder.path, 'check.mjs');
  await writeFile(script, "process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);");
  expect((await checkWorker(machine({}, script)))[0]).toMatchObject({
    state: 'broken',
    message: expect.stringContaining('SIGSEGV'),
  });
  const [missing] = await checkWorker(machine({}, '/nowhere/check.mjs'));
  expect(missing).toMatchObject({ state: 'broken', mend: expect.stringContaining('npm run build') });
});
