import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateSource } from 'oazapfts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDataFolder, isBuilt } from '../../support/levigate-process.ts';
import type { DataFolder, LevigateProcess } from '../../support/levigate-process.ts';
import { createPythonEnvironment } from '../../support/python-environment.ts';
import { runSchemathesis } from '../../support/schemathesis.ts';
import type { KnownIds } from '../../support/schemathesis.ts';
import { SMALL_BACKBONE, startSmallLevigate, trainIntents, uploadIntents } from '../../support/small-levigate.ts';

const run = promisify(execFile);
const API_KEY = 'a-key-of-the-openapi-tests-0123456789';
const REPOSITORY = join(import.meta.dirname, '../../..');
/** Longer runs and other seeds find more: see CONTRIBUTING.md. */
const SECONDS = Number(process.env['SCHEMATHESIS_SECONDS'] ?? 60);
const SEED = Number(process.env['SCHEMATHESIS_SEED'] ?? 1);

/** The document at /openapi.json is told true by those who read nothing else, against a real gateway and worker. */
describe.skipIf(!isBuilt())('the OpenAPI document', () => {
  let data: DataFolder;
  let levigate: LevigateProcess;
  let ids: KnownIds;

  const post = async (path: string, body: unknown): Promise<{ readonly id: string }> => {
    const response = await fetch(`${levigate.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { readonly id: string };
  };

  beforeAll(async () => {
    data = await createDataFolder();
    levigate = await startSmallLevigate(data.path, {
      LEVIGATE_API_KEY: API_KEY,
      NODE_OPTIONS: `--import ${join(REPOSITORY, 'tests/support/loopback-only.ts')}`,
    });
    const fileId = await uploadIntents(levigate.client);
    const { jobId, model } = await trainIntents(levigate.client, { fileId, seed: 1 });
    const { model: spareModel } = await trainIntents(levigate.client, { fileId, seed: 2 });
    ids = {
      shared: { model, backbone: SMALL_BACKBONE, jobId, fileId },
      spare: {
        model: spareModel,
        fileId: await uploadIntents(levigate.client),
        projectId: (await post('/v1/admin/projects', { name: 'spare' })).id,
        keyId: (await post('/v1/api_keys', { name: 'spare' })).id,
      },
    };
  });
  afterAll(async () => {
    await levigate?.[Symbol.asyncDispose]();
    await data?.[Symbol.asyncDispose]();
  });

  test('a client that oazapfts generates from it typechecks, and its types are what is answered', async () => {
    const api = await generateSource(`${levigate.url}/openapi.json`);
    await writeFile(join(data.path, 'api.ts'), api);
    await writeFile(join(data.path, 'program.ts'), PROGRAM);
    await writeFile(join(data.path, 'package.json'), JSON.stringify({ type: 'module' }));
    await writeFile(join(data.path, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    await symlink(join(REPOSITORY, 'node_modules'), join(data.path, 'node_modules'));
    const bin = (name: string) => join(REPOSITORY, 'node_modules/.bin', name);
    await run(bin('tsc'), ['-p', data.path]).catch((error: unknown) => {
      throw new Error(`it does not typecheck: ${(error as { readonly stdout: string }).stdout}`);
    });
    const { model } = ids.shared;
    const env = { ...process.env, URL: levigate.url, API_KEY, MODEL: model };
    const { stdout } = await run(process.execPath, [join(data.path, 'program.ts')], { env });
    const [uploaded, content, predicted, failed, listed, chatted] = stdout.trim().split('\n');
    expect(uploaded).toBe('25 bytes, fine-tune');
    expect(content).toBe('{"text":"a","label":"b"}');
    expect(predicted).toBe((await levigate.client.predict({ model, input: 'please cancel my card' })).data[0]?.label);
    expect(failed).toBe('404 model_not_found');
    expect(listed).toBe('true');
    expect(chatted).toBe(predicted);
  });

  test(
    'Schemathesis finds no answer that it does not describe',
    async ({ skip }) => {
      const folder = join(data.path, 'python');
      const python = await createPythonEnvironment(folder, ['schemathesis==4.32.5']);
      if ('reason' in python) {
        skip(`no Python with schemathesis here: ${python.reason}`);
        return;
      }
      const program = join(folder, 'bin/st');
      const where = { program, folder: data.path, url: levigate.url, apiKey: API_KEY };
      const { report, printed } = await runSchemathesis({ ...where, ids, seed: SEED, seconds: SECONDS });
      expect(report.failures, printed).toEqual([]);
      const { model } = ids.shared;
      expect((await levigate.client.predict({ model, input: 'please cancel my card' })).data).toHaveLength(1);
      expect(report.operations.tested, printed).toBe(report.operations.total);
      expect(report.operations.total).toBeGreaterThan(80);
      expect(report.test_cases.generated).toBeGreaterThan(report.operations.total * 10);
    },
    (SECONDS + 300) * 1000,
  );
});

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024', 'dom'],
    types: ['node'],
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    noUncheckedIndexedAccess: true,
  },
  files: ['program.ts'],
};

/** The annotations are the test: each is what the document says of the field. */
const PROGRAM = `
import * as api from './api.ts';
const { URL: baseUrl = '', API_KEY: key = '', MODEL: model = '' } = process.env;
Object.assign(api.defaults, { baseUrl, headers: { authorization: \`Bearer \${key}\` } });

const uploaded = await api.postFiles({ file: new Blob(['{"text":"a","label":"b"}\\n']), purpose: 'fine-tune' });
if (uploaded.status !== 200) throw new Error(uploaded.data.error.message);
const { id, bytes, purpose }: { id: string; bytes: number; purpose: string } = uploaded.data;
console.log(\`\${bytes} bytes, \${purpose}\`);
console.log(String((await api.getFilesFileIdContent(id)).data).trim());

const predicted = await api.postPredict({ model, input: 'please cancel my card', top_k: 2 });
if (predicted.status !== 200) throw new Error(predicted.data.error.message);
const [first] = predicted.data.data;
const labels: { label: string; score: number }[] = first?.labels ?? [];
console.log(labels[0]?.label);

const missing = await api.getModelsModel('none');
if (missing.status !== 404) throw new Error('there is a model "none"');
const code: string | null = missing.data.error.code;
console.log(missing.status, code);

const models = await api.getModels();
if (models.status !== 200) throw new Error(models.data.error.message);
console.log(models.data.data.some((each: { id: string }) => each.id === model));

const chat = await api.postChatCompletions({ model, messages: [{ role: 'user', content: 'please cancel my card' }] });
if (chat.status !== 200 || !('choices' in chat.data)) throw new Error('no completion');
console.log(chat.data.choices[0]?.message.content);
`;
