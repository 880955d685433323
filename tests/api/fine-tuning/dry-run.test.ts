import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { DryRun } from '../../../src/contract/index.ts';
import { createTarGz } from '../../support/archives.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createTestGateway } from '../../support/gateway.ts';
import { drawPng } from '../../support/images.ts';
import { createJob, ROWS, toJsonl, uploadFile } from '../../support/training-data.ts';
import { createZip } from '../../support/zip-file.ts';

const PATH = '/v1/fine_tuning/jobs';
const MODEL = 'all-minilm-l6-v2';

test('200: answers lint, preview and estimate, and makes no job', async () => {
  await using gateway = await createTestGateway();
  const content = toJsonl([...ROWS, { text: 'The app crashes 1!', label: 'billing' }]);
  const training_file = await uploadFile(gateway, { content });
  const { status, body } = await gateway.json(PATH, {
    method: 'POST',
    json: { model: MODEL, training_file, dry_run: true },
  });
  expect(status).toBe(200);
  const dryRun = DryRun.parse(body);
  expect(dryRun).toMatchObject({
    object: 'fine_tuning.dry_run',
    rows: 13,
    labels: { billing: 7, bug: 6 },
    estimate: { based_on: 'default', seconds: expect.any(Number), tokens: expect.any(Number) },
  });
  expect(dryRun.lint).toEqual([
    expect.objectContaining({ code: 'conflicting_labels', file: 'training_file', rows: [2, 13], count: 2 }),
  ]);
  expect(dryRun.preview).toHaveLength(5);
  expect(dryRun.preview[0]).toEqual({ line: 1, text: 'where is my invoice 0', label: 'billing' });
  expect((await gateway.json(PATH)).body.data).toEqual([]);
});

test('200: reads CSV with the columns it is told, fields included', async () => {
  await using gateway = await createTestGateway();
  const rows = ROWS.map(({ text, label }, index) => `${index};"${String(text)}";${String(label)};pro`);
  const content = `id;body;intent;plan\n${rows.join('\n')}\n`;
  const training_file = await uploadFile(gateway, { content, filename: 'tickets.csv' });
  const columns = { text: 'body', label: 'intent', fields: { plan: 'categorical' } };
  const json = { model: MODEL, training_file, levi: { columns } };
  const { body } = await gateway.json(PATH, { method: 'POST', json: { ...json, dry_run: true } });
  expect(body.preview[0]).toEqual({
    line: 2,
    text: 'where is my invoice 0',
    label: 'billing',
    fields: { plan: 'pro' },
  });
  const job = await gateway.json(PATH, { method: 'POST', json });
  expect(job.body).toMatchObject({ status: 'queued', levi: { columns } });
});

test('200: reads Parquet, rows counted from 1', async () => {
  await using gateway = await createTestGateway();
  const content = new Uint8Array(readFileSync(new URL('../../fixtures/parquet/polars.parquet', import.meta.url)));
  const training_file = await uploadFile(gateway, { content, filename: 'train.parquet' });
  const json = { model: MODEL, training_file, levi: { columns: { fields: { age: 'number' } } }, dry_run: true };
  const { body } = await gateway.json(PATH, { method: 'POST', json });
  expect(body).toMatchObject({ rows: 40, labels: { billing: 14, bug: 13, how_to: 13 } });
  expect(body.preview[1]).toEqual({ line: 2, text: 'größe 1 🙂 x', label: 'bug', fields: { age: 21 } });
});

test.each(['pyarrow-snappy', 'pyarrow-gzip', 'pyarrow-brotli', 'pyarrow-v2-zstd'])(
  '200: reads Parquet as others write it: %s',
  async (name) => {
    await using gateway = await createTestGateway();
    const content = new Uint8Array(readFileSync(new URL(`../../fixtures/parquet/${name}.parquet`, import.meta.url)));
    const training_file = await uploadFile(gateway, { content, filename: 'train.parquet' });
    const json = { model: MODEL, training_file, dry_run: true };
    const { body } = await gateway.json(PATH, { method: 'POST', json });
    expect(body).toMatchObject({ rows: 40, labels: { billing: 14, bug: 13, how_to: 13 } });
  },
);

const pictures = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [
    `train/${index % 2 === 0 ? 'cat' : 'dog'}/${index}.png`,
    drawPng({ shade: index }),
  ]),
);
test.each([
  ['a zip of folders', 'mobilenet-v2', async () => createZip(pictures, { isDeflated: true }), { cat: 6, dog: 6 }],
  ['a tar.gz of folders', 'mobilenet-v2', () => createTarGz(pictures), { cat: 6, dog: 6 }],
  ['gzip around text', MODEL, async () => new Uint8Array(gzipSync(toJsonl(ROWS))), { billing: 6, bug: 6 }],
] as const)('200: unpacks %s', async (_, model, pack, labels) => {
  await using gateway = await createTestGateway();
  const training_file = await uploadFile(gateway, { content: await pack(), filename: 'data' });
  const { body } = await gateway.json(PATH, { method: 'POST', json: { model, training_file, dry_run: true } });
  expect(body).toMatchObject({ rows: 12, labels });
});

test("200: estimates from the project's own jobs once there are some, scaled to the size", async () => {
  await using gateway = await createGatewayWithWorker();
  await createJob(gateway);
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was queued');
  gateway.clock.advance(25_000);
  await worker.finish(lease);
  const json = { model: MODEL, training_file: await uploadFile(gateway), dry_run: true };
  const { estimate } = (await gateway.json(PATH, { method: 'POST', json })).body;
  expect(estimate.based_on).toBe('past_jobs');
  // The same file again: what it took the first time.
  expect(estimate.seconds).toBeCloseTo(25, 1);
  const longer = { ...json, levi: { report: 'full' } };
  const full = (await gateway.json(PATH, { method: 'POST', json: longer })).body.estimate;
  expect(full.based_on).toBe('past_jobs');
  // Five seeds and all baselines, although no past job had them.
  expect(full.seconds).toBeGreaterThan(1.5 * estimate.seconds);
});

test('200: the estimate knows how many groups are left out', async () => {
  await using gateway = await createTestGateway();
  const rows = Array.from({ length: 120 }, (_, index) => ({
    text: `${index % 2 === 0 ? 'where is my invoice' : 'the app crashes'} ${index}`,
    label: index % 2 === 0 ? 'billing' : 'bug',
    domain: ['mail', 'chat', 'web', 'rare'][index < 110 ? index % 3 : 3],
  }));
  const training_file = await uploadFile(gateway, { content: toJsonl(rows) });
  const seconds = async (levi: object): Promise<number> => {
    const json = { model: MODEL, training_file, dry_run: true, levi };
    return (await gateway.json(PATH, { method: 'POST', json })).body.estimate.seconds;
  };
  const plain = await seconds({});
  const five = await seconds({ seeds: 5 });
  // Three groups have 20 rows or more, and each is a whole run; a further seed is half of one.
  expect((await seconds({ group_by: 'domain' })) - plain).toBeCloseTo((3 * (five - plain)) / (4 * 0.5), 0);
});

test('400: refuses what a job would be refused for, and unknown columns', async () => {
  await using gateway = await createTestGateway();
  const training_file = await uploadFile(gateway, { content: '{"text": "cut' });
  const refused = await gateway.json(PATH, { method: 'POST', json: { model: MODEL, training_file, dry_run: true } });
  expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_training_file' } } });
  const levi = { columns: { txt: 'body' } };
  const misspelt = await gateway.json(PATH, { method: 'POST', json: { model: MODEL, training_file, levi } });
  expect(misspelt.body.error).toMatchObject({ code: 'unsupported_option', param: 'levi.columns.txt' });
});

test('403: the key lacks jobs:write', async () => {
  await using gateway = await createTestGateway();
  const secret = await gateway.createKey({ scopes: ['jobs:read'] });
  const json = { model: MODEL, training_file: await uploadFile(gateway), dry_run: true };
  expect((await gateway.json(PATH, { method: 'POST', json, secret })).status).toBe(403);
});

test("a real job's first events carry the findings worth a warning", async () => {
  await using gateway = await createTestGateway();
  const content = toJsonl([...ROWS, { text: 'The app crashes 1!', label: 'billing' }]);
  const id = await createJob(gateway, { training_file: await uploadFile(gateway, { content }) });
  const events = (await gateway.json(`${PATH}/${id}/events`)).body.data;
  expect(events.filter(({ level }: { level: string }) => level === 'warn')).toEqual([
    expect.objectContaining({
      message: expect.stringContaining('training_file: 2 rows'),
      data: expect.objectContaining({ code: 'conflicting_labels', rows: [2, 13], count: 2 }),
    }),
  ]);
});
