import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgram } from '../../../src/cli/program.ts';
import { startHttpServer } from '../../../src/platform/node/http-server.ts';
import { createNodeGateway } from '../../support/gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const stdout: string[] = [];
beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation((line: string) => void stdout.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  stdout.length = 0;
});

const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const chat = (at: number, answer: string) => ({
  messages: [
    { role: 'system', content: 'Classify.' },
    { role: 'user', content: `text ${at}` },
    { role: 'assistant', content: answer },
  ],
});
const chats = (answer: (at: number) => string) => jsonl(Array.from({ length: 24 }, (_, at) => chat(at, answer(at))));

const FILES = {
  'intents_train.jsonl': chats((at) => (at % 2 === 0 ? 'billing' : 'bug')),
  'intents_valid.jsonl': chats((at) => (at % 2 === 0 ? 'bug' : 'billing')),
  'tickets.jsonl': chats((at) => JSON.stringify({ intent: at % 2 === 0 ? 'a' : 'b', urgent: at % 3 === 0 })),
  'legacy.jsonl': jsonl(
    Array.from({ length: 12 }, (_, at) => ({ prompt: `p ${at}`, completion: at % 2 === 0 ? ' yes' : ' no' })),
  ),
  'stories.jsonl': jsonl(
    Array.from({ length: 24 }, (_, at) => chat(at, `Once upon a time there was ${at} of everything. `.repeat(10))),
  ),
  'preferences.jsonl': jsonl([{ input: {}, preferred_output: [], non_preferred_output: [] }]),
  'notes.txt': 'nothing',
};

async function open() {
  const stack = new AsyncDisposableStack();
  const gateway = stack.use(await createNodeGateway());
  const folder = stack.use(await createTemporaryFolder());
  const server = stack.use(await startHttpServer({ fetch: gateway.app.fetch, host: '127.0.0.1', port: 0 }));
  vi.stubEnv('LEVIGATE_API_KEY', gateway.secret);
  const exported = join(folder.path, 'exported');
  await mkdir(exported);
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(exported, name), content);
  const migrate = async (...options: readonly string[]): Promise<string> => {
    stdout.length = 0;
    await createProgram()
      .exitOverride()
      .parseAsync(['--url', server.url, 'migrate', 'openai', exported, ...options], { from: 'user' });
    return stdout.join('\n');
  };
  return { gateway, migrate, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('says what will work, what not and why, and makes the jobs when told to', async () => {
  await using opened = await open();
  const text = await opened.migrate('--yes', '--detach');
  for (const name of ['intents_train', 'tickets', 'legacy']) expect(text).toContain(`YES  ${name}.jsonl`);
  expect(text).toMatch(/NO {3}stories\.jsonl\n.*longer than 256 characters/u);
  expect(text).toMatch(/NO {3}preferences\.jsonl\n.*DPO/u);
  expect(text).not.toContain('notes.txt');
  expect(text).not.toContain('intents_valid.jsonl\n');
  expect(text).toContain('24 rows; "intent" of 2 labels, "urgent" of 2 labels');
  expect(text).toContain('gpt-4o-mini is not served here');
  const { body } = await opened.gateway.json('/v1/fine_tuning/jobs');
  const jobs: { metadata: Record<string, string>; validation_file: string | null; levi: object }[] = body.data;
  expect(jobs.map(({ metadata }) => metadata['migrated_from'] ?? '').toSorted((a, b) => a.localeCompare(b))).toEqual([
    'intents_train.jsonl',
    'legacy.jsonl',
    'tickets.jsonl',
  ]);
  expect(jobs.find(({ metadata }) => metadata['migrated_from'] === 'intents_train.jsonl')?.validation_file).toMatch(
    /^file-/u,
  );
  expect(jobs.find(({ metadata }) => metadata['migrated_from'] === 'tickets.jsonl')?.levi).toMatchObject({
    targets: { intent: {}, urgent: {} },
  });
  // Of what was refused nothing is left.
  expect((await opened.gateway.json('/v1/files')).body.data).toHaveLength(4);
});

test('makes nothing and leaves nothing where nobody says yes', async () => {
  await using opened = await open();
  expect(await opened.migrate()).toContain('No job was made');
  expect((await opened.gateway.json('/v1/fine_tuning/jobs')).body.data).toEqual([]);
  expect((await opened.gateway.json('/v1/files')).body.data).toEqual([]);
});

test('a folder without such files is said to be one', async () => {
  await using opened = await open();
  await using empty = await createTemporaryFolder();
  const program = createProgram().exitOverride();
  await expect(program.parseAsync(['migrate', 'openai', empty.path], { from: 'user' })).rejects.toThrow(
    /no \.jsonl file/u,
  );
  await expect(opened.migrate('--model', 'nothing-like-it')).rejects.toThrow(/none of the files/u);
});
