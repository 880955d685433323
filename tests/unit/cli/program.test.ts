import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Command } from 'commander';
import { createProgram } from '../../../src/cli/program.ts';
import { startHttpServer } from '../../../src/platform/node/http-server.ts';
import { runOutbox } from '../../../src/services/webhooks/run-outbox.ts';
import { createNodeGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createNodeGateway } from '../../support/gateway.ts';
import type { NodeGateway } from '../../support/gateway.ts';
import { writeSmallAdapter } from '../../support/small-adapter.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { createJob } from '../../support/training-data.ts';
import { answered, createFakeSender } from '../../support/webhooks.ts';

const stdout: string[] = [];
const stderr: string[] = [];
beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation((line: string) => void stdout.push(line));
  vi.stubEnv('LEVIGATE_API_KEY', 'lvg_unused');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  stdout.length = 0;
  stderr.length = 0;
});

/** Commander ends the process where it refuses arguments; here it rejects. */
function inProcess(command: Command): Command {
  command.exitOverride().configureOutput({
    writeOut: (text) => void stdout.push(text),
    writeErr: (text) => void stderr.push(text),
  });
  for (const each of command.commands) inProcess(each);
  return command;
}

async function run(...args: readonly string[]): Promise<string> {
  stdout.length = 0;
  await inProcess(createProgram()).parseAsync(args, { from: 'user' });
  return stdout.join('\n');
}

describe('arguments', () => {
  test("--version prints the package's version", async () => {
    await expect(run('--version')).rejects.toMatchObject({ exitCode: 0 });
    const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(manifest).toMatchObject({ version: stdout.join('').trim() });
  });

  test.each([
    [['jbos'], "unknown command 'jbos'"],
    [['--ulr', 'x'], "unknown option '--ulr'"],
    [['jobs', 'list', '--limit', 'ten'], 'It must be a whole number'],
    [['predict', 'ft:m', 'a', '--coverage', '90'], 'It must be between 0 and 1, such as 0.9'],
    [['projects', 'create', 'a', '--tokens-per-minute', '0'], 'It must be 1 or more, or "none"'],
    [['models', 'export', 'ft:m', 'out', '--format', 'gguf'], 'Allowed choices are onnx, adapter'],
    [['jobs', 'get'], "missing required argument 'id'"],
    [['jobs', 'report', 'ftjob-1', '--json', '--csv'], "option '--json' cannot be used with option '--csv'"],
    [['--url', 'localhost', 'jobs'], 'It must be an http or https URL, such as http://127.0.0.1:8787'],
    [['--url', 'ftp://a', 'jobs'], 'It must be an http or https URL'],
  ])('%j is refused with what is wrong', async (args, message) => {
    await expect(run(...args)).rejects.toThrow();
    expect(stderr.join('')).toContain(message);
    expect(stderr.join('')).toContain('--help shows the options');
  });

  test.each([
    ['jobs', 'list, get, wait, events, report, verify, pause, resume, cancel'],
    ['keys', 'list, create, limits, revoke'],
    ['models', 'list, export, import, delete'],
    ['projects', 'list, create, limits'],
    ['webhooks', 'list, create, enable, delete, test, deliveries, replay'],
  ])('an unknown command of %s is answered with those there are', async (group, names) => {
    await expect(run(group, 'nothing')).rejects.toThrow(`there is no command "${group} nothing". There are: ${names}`);
  });

  test('a file that is not there is named', async () => {
    await expect(run('train', '/nowhere/tickets.jsonl')).rejects.toThrow('cannot read the file /nowhere/tickets.jsonl');
  });
});

test('predict sends the bytes of --image as base64 and shows the name of the file beside the answer', async () => {
  await using folder = await createTemporaryFolder();
  const path = join(folder.path, 'dog.png');
  await writeFile(path, Uint8Array.of(1, 2, 3));
  const asked: unknown[] = [];
  const app = new Hono().post('/v1/predict', async (c) => {
    asked.push(await c.req.json());
    const labels = [{ label: 'dog', score: 0.75 }];
    const data = [0, 1].map((index) => ({
      object: 'prediction',
      index,
      model: 'ft:m',
      label: 'dog',
      score: 1,
      labels,
    }));
    return c.json({ object: 'list', data, usage: { input_tokens: 0, cached_inputs: 0 } });
  });
  await using server = await startHttpServer({ fetch: app.fetch, host: '127.0.0.1', port: 0 });
  vi.stubEnv('LEVIGATE_URL', server.url);
  const lines = (await run('predict', 'ft:m', 'a text', '--image', path)).split('\n');
  expect(asked).toMatchObject([{ input: ['a text', { image: 'AQID' }] }]);
  expect(lines[0]).toMatch(/^a text +dog 0\.75$/);
  expect(lines[1]).toMatch(/dog\.png +dog 0\.75$/);
  await expect(run('predict', 'ft:m', '--image', '/nowhere.png')).rejects.toThrow('cannot read the image /nowhere.png');
});

describe('with a gateway', () => {
  async function serve(gateway: NodeGateway) {
    vi.stubEnv('LEVIGATE_API_KEY', gateway.secret);
    const server = await startHttpServer({ fetch: gateway.app.fetch, host: '127.0.0.1', port: 0 });
    // As it stands in many a configuration: with the API's path.
    vi.stubEnv('LEVIGATE_URL', `${server.url}/v1/`);
    return server;
  }

  test('pauses and resumes a job', async () => {
    await using gateway = await createNodeGateway();
    await using _server = await serve(gateway);
    const id = await createJob(gateway);
    expect(await run('jobs', 'pause', id)).toBe(`${id} paused`);
    expect(await run('jobs', 'resume', id)).toBe(`${id} queued`);
    expect(await run('jobs')).toContain(id);
  });

  test('makes a project, and changes one of its limits without losing the others', async () => {
    await using gateway = await createNodeGateway();
    await using _server = await serve(gateway);
    const made = await run('projects', 'create', 'shop', '--requests-per-minute', '60', '--tokens-per-month', '1000');
    expect(made).toMatch(/^lvg_\S+\n\(shown this once; of proj_\S+, requests_per_minute 60, tokens_per_month 1000\)$/);
    const id = /proj_\w+/.exec(made)?.[0] ?? '';
    expect(await run('projects', 'limits', id, '--requests-per-minute', '30')).toContain(
      'requests_per_minute 30, tokens_per_month 1000',
    );
    expect(await run('projects', 'limits', id, '--tokens-per-month', 'none')).toBe('requests_per_minute 30');
    expect(await run('projects', 'limits', id)).toBe('requests_per_minute 30');
    expect(await run('projects')).toMatch(new RegExp(`${id} .* shop +requests_per_minute 30`));
  });

  test("shows and changes a key's limits, and says where keys are listed when there is no such key", async () => {
    await using gateway = await createNodeGateway();
    await using _server = await serve(gateway);
    const id = /key_\w+/.exec(await run('keys', 'create', 'ci'))?.[0] ?? '';
    expect(await run('keys', 'limits', id)).toBe('no limits');
    expect(await run('keys', 'limits', id, '--tokens-per-minute', '500')).toBe('tokens_per_minute 500');
    expect(await run('keys')).toMatch(new RegExp(`${id} .* ci +tokens_per_minute 500`));
    await expect(run('keys', 'limits', 'key_none')).rejects.toThrow('"levigate keys list" names them');
  });

  test('exports an adapter into a file and imports it again', async () => {
    await using gateway = await createNodeGatewayWithWorker();
    await using _server = await serve(gateway);
    await using folder = await createTemporaryFolder();
    await createJob(gateway);
    const worker = await gateway.startWorker();
    const lease = await worker.claim();
    if (!lease) throw new Error('nothing was queued');
    await worker.finish(lease, writeSmallAdapter(['billing', 'bug']));
    const [model] = (await run('models')).match(/ft:\S+/) ?? [];
    const path = join(folder.path, 'adapter.tar');
    expect(await run('models', 'export', String(model), path, '--format', 'adapter')).toBe(
      `${model} exported to ${path}`,
    );
    const imported = await run('models', 'import', path, '--suffix', 'copy');
    expect(imported).toMatch(/^ft:\S+:copy:/);
    expect(await run('models', 'delete', imported)).toBe(`${imported} deleted`);
    expect(await run('models')).not.toContain(imported);
  });

  test('a dry run of Parquet shows the fields it is told to learn from, or all', async () => {
    await using gateway = await createNodeGateway();
    await using _server = await serve(gateway);
    const file = join(import.meta.dirname, '../../fixtures/parquet/polars.parquet');
    const named = await run('train', '--dry-run', file, '--fields', 'plan', 'age');
    expect(named).toMatch(/plan +categorical, told from its values +2 different +missing in 8 rows/u);
    expect(named).not.toContain('price');
    expect(await run('train', '--dry-run', file, '--fields')).toMatch(/price +number, told from its values/u);
  });

  test.each([
    ['the same bytes', 'adapter', 0, 'was made again, byte for byte'],
    ['other bytes', 'another', 1, 'The adapter differs from that of'],
  ])('verifies a job: %s', async (_what, second, exitCode, verdict) => {
    await using gateway = await createNodeGatewayWithWorker();
    await using _server = await serve(gateway);
    const id = await createJob(gateway);
    const worker = await gateway.startWorker();
    const finishNext = (adapter: string) =>
      vi.waitFor(async () => {
        const lease = await worker.claim();
        if (!lease) throw new Error('nothing was queued');
        await worker.finish(lease, adapter);
      });
    await finishNext('adapter');
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const [text] = await Promise.all([run('jobs', 'verify', id), finishNext(second)]);
    const found = process.exitCode ?? 0;
    // Else it would be this test run's own.
    process.exitCode = undefined;
    expect(text).toContain(verdict);
    expect(found).toBe(exitCode);
    expect(await run('jobs')).toContain(`verifies ${id}: ${exitCode === 0 ? 'the same bytes' : 'DIFFERS'}`);
  });

  test('makes a webhook endpoint, tests it, shows and replays its deliveries, and deletes it', async () => {
    const webhooks = createFakeSender((attempt) => answered(attempt === 1 ? 204 : 500));
    await using gateway = await createNodeGateway({ services: { webhooks } });
    await using _server = await serve(gateway);
    const created = await run('webhooks', 'create', 'https://example.com/hook', '--event', 'fine_tuning.job.failed');
    const [, secret, id = ''] = /^(whsec_\S+)\n\(shown this once; (we_\w+)\)$/.exec(created) ?? [];
    expect(secret).toBeDefined();
    expect(await run('webhooks')).toMatch(new RegExp(`${id} +enabled +https://example.com/hook`));
    expect(await run('webhooks', 'test', id)).toBe('webhook.test arrived: the receiver answered 204');
    await expect(run('webhooks', 'test', id)).rejects.toThrow('did not arrive: the receiver answered 500');
    const deliveries = await run('webhooks', 'deliveries', id);
    expect(deliveries).toMatch(/failed +1 .*the receiver answered 500\n.*delivered +1 .* 204$/);
    const delivery = /whd_\w+/.exec(deliveries)?.[0] ?? '';
    expect(await run('webhooks', 'replay', id, delivery)).toMatch(/^whd_\w+ pending$/);
    await runOutbox(gateway.services);
    expect(webhooks.sent).toHaveLength(3);
    expect(await run('webhooks', 'enable', id)).toBe(`${id} enabled`);
    expect(await run('webhooks', 'delete', id)).toBe(`${id} deleted`);
    expect(await run('webhooks', 'list')).not.toContain(id);
  });
});
