import { describe, expect, test } from 'vitest';
import { JOB_STATUSES, isFinished } from '../../../src/contract/index.ts';
import type { JobStatus, LeviOptions } from '../../../src/contract/index.ts';
import { jobs } from '../../../src/store/schema.ts';
import { createTestGateway, uploadFile } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';

const EXPIRING = { purpose: 'fine-tune', 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '3600' };

const upload = async (gateway: TestGateway, fields?: Readonly<Record<string, string>>): Promise<string> =>
  (await uploadFile(gateway, fields ? { fields } : {})).id;

interface JobFiles {
  readonly status: JobStatus;
  readonly trainingFile?: string;
  readonly validationFile?: string;
  readonly levi?: LeviOptions;
}

async function seedJob(
  { db, projectId }: TestGateway,
  { status, trainingFile = 'file-other', validationFile, levi = {} }: JobFiles,
) {
  await db.insert(jobs).values({
    id: `ftjob-${crypto.randomUUID()}`,
    projectId,
    status,
    model: 'all-minilm-l6-v2',
    trainingFile,
    validationFile: validationFile ?? null,
    seed: 1,
    hyperparameters: {},
    levi,
    resultFiles: [],
    createdMs: 0,
  });
}

test('200: the file and its content are gone', async () => {
  await using gateway = await createTestGateway();
  const id = await upload(gateway);
  const { status, body } = await gateway.json(`/v1/files/${id}`, { method: 'DELETE' });
  expect(status).toBe(200);
  expect(body).toEqual({ id, object: 'file', deleted: true });
  expect((await gateway.json(`/v1/files/${id}`)).status).toBe(404);
  expect(await gateway.blobKeys()).toEqual([]);
});

test('404: missing, deleted before, or of another project', async () => {
  await using gateway = await createTestGateway();
  const other = await gateway.createProject();
  const id = await upload(gateway);
  expect((await gateway.json(`/v1/files/${id}`, { method: 'DELETE', secret: other.secret })).status).toBe(404);
  expect((await gateway.json(`/v1/files/${id}`, { method: 'DELETE' })).status).toBe(200);
  expect((await gateway.json(`/v1/files/${id}`, { method: 'DELETE' })).status).toBe(404);
});

test.each(JOB_STATUSES)('409 while a job that trains on it is not finished, else 200: %s', async (status) => {
  await using gateway = await createTestGateway();
  const id = await upload(gateway);
  await seedJob(gateway, { status, trainingFile: id });
  const answer = await gateway.json(`/v1/files/${id}`, { method: 'DELETE' });
  expect(answer.status).toBe(isFinished(status) ? 200 : 409);
});

test('409: used for validation or as a shift; the answer tells clients not to retry', async () => {
  await using gateway = await createTestGateway();
  const [validationFile, shift] = [await upload(gateway), await upload(gateway)];
  await seedJob(gateway, { status: 'running', validationFile, levi: { shift_files: [{ name: 'chat', file: shift }] } });
  for (const id of [validationFile, shift]) {
    const { status, headers, body } = await gateway.json(`/v1/files/${id}`, { method: 'DELETE' });
    expect({ status, code: body.error.code, retry: headers.get('x-should-retry') }).toEqual({
      status: 409,
      code: 'file_in_use',
      retry: 'false',
    });
  }
});

describe('sweep of expired files', () => {
  test('removes row and content of what has expired, and nothing else', async () => {
    await using gateway = await createTestGateway();
    await upload(gateway, EXPIRING);
    const lasting = await upload(gateway);
    expect(await gateway.run('sweepExpiredFiles')).toBe(0);
    gateway.clock.advance(3_600_000);
    expect(await gateway.run('sweepExpiredFiles')).toBe(1);
    expect(await gateway.run('sweepExpiredFiles')).toBe(0);
    expect(await gateway.blobKeys()).toEqual([`files/${gateway.projectId}/${lasting}`]);
    expect((await gateway.json(`/v1/files/${lasting}`)).status).toBe(200);
  });

  test('waits for the end of a job that uses the file', async () => {
    await using gateway = await createTestGateway();
    const id = await upload(gateway, EXPIRING);
    await seedJob(gateway, { status: 'queued', trainingFile: id });
    gateway.clock.advance(3_600_000);
    expect(await gateway.run('sweepExpiredFiles')).toBe(0);
    await gateway.db.update(jobs).set({ status: 'succeeded' });
    expect(await gateway.run('sweepExpiredFiles')).toBe(1);
  });
});
