import { expect, test } from 'vitest';
import { createId } from '../../../../src/contract/index.ts';
import type { BlobStore } from '../../../../src/services/ports.ts';
import { sweepOrphanBlobs } from '../../../../src/services/upkeep/sweep-orphan-blobs.ts';
import { insertFile } from '../../../../src/store/queries/files.ts';
import { uploadFile } from '../../../support/gateway.ts';
import { createNodeGatewayWithWorker } from '../../../support/gateway-with-worker.ts';
import type { NodeGatewayWithWorker } from '../../../support/gateway-with-worker.ts';
import { streamInChunks } from '../../../support/multipart.ts';
import { createJob } from '../../../support/training-data.ts';

const HOUR_MS = 3_600_000;

const put = (gateway: NodeGatewayWithWorker, key: string) =>
  gateway.services.blobs.put(key, streamInChunks(new Uint8Array(3), [3]), { maxBytes: 10 });

async function keysOf({ services: { blobs } }: NodeGatewayWithWorker): Promise<string[]> {
  const pages = await Promise.all(['files', 'jobs'].map((folder) => blobs.list({ folder, limit: 1_000 })));
  return pages.flatMap((page) => page.blobs.map(({ key }) => key));
}

/** Blobs are written at the machine's time; the gateway's clock says that they were written so long ago. */
function letAge({ clock }: NodeGatewayWithWorker, hours: number): void {
  clock.advance(Date.now() - clock.nowMs() + hours * HOUR_MS);
}

const nameFile = (gateway: NodeGatewayWithWorker, blobKey: string) =>
  insertFile(gateway.services.db, {
    id: createId('file'),
    projectId: gateway.projectId,
    filename: 'late.jsonl',
    purpose: 'fine-tune',
    sizeBytes: 3,
    sha256: '',
    blobKey,
    createdMs: 0,
    expiresMs: null,
  });

test('removes a blob that no row names once it is a day old, and not before', async () => {
  await using gateway = await createNodeGatewayWithWorker();
  await put(gateway, 'files/proj_default/file-lost');
  await put(gateway, 'jobs/ftjob-lost/checkpoint-1');
  letAge(gateway, 23);
  expect(await sweepOrphanBlobs(gateway.services)).toBe(0);
  letAge(gateway, 25);
  expect(await sweepOrphanBlobs(gateway.services)).toBe(2);
  expect(await keysOf(gateway)).toEqual([]);
});

test('keeps every blob that a row names: files, checkpoints, adapters, reports, results', async () => {
  await using gateway = await createNodeGatewayWithWorker();
  await uploadFile(gateway);
  const worker = await gateway.startWorker();
  const claim = async () => {
    await createJob(gateway);
    const lease = await worker.claim();
    if (!lease) throw new Error('nothing was leased');
    return lease;
  };
  await worker.finish(await claim());
  await worker.upload(await claim(), 'checkpoint', 'of a job that runs');
  const before = await keysOf(gateway);
  expect(before.length).toBeGreaterThanOrEqual(7);
  letAge(gateway, 24 * 365);
  expect(await sweepOrphanBlobs(gateway.services)).toBe(0);
  expect(await keysOf(gateway)).toEqual(before);
});

test("keeps a deleted job artifact's blob while a model or a result file names it", async () => {
  await using gateway = await createNodeGatewayWithWorker();
  await createJob(gateway);
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was leased');
  await worker.finish(lease);
  const { db } = gateway.services;
  await db.run('delete from job_artifacts');
  letAge(gateway, 25);
  await sweepOrphanBlobs(gateway.services);
  const kept = (await keysOf(gateway)).filter((key) => key.startsWith('jobs/')).map((key) => key.split('/')[2] ?? '');
  expect(new Set(kept.map((name) => name.split('-')[0]))).toEqual(new Set(['adapter', 'result']));
});

test('keeps a young blob whose row appears only after the sweep looked', async () => {
  await using gateway = await createNodeGatewayWithWorker();
  const key = 'files/proj_default/file-slow';
  await put(gateway, key);
  letAge(gateway, 1);
  await sweepOrphanBlobs(gateway.services);
  await nameFile(gateway, key);
  expect(await keysOf(gateway)).toEqual([key]);
});

test('keeps an old blob whose row appears between listing and deleting', async () => {
  await using gateway = await createNodeGatewayWithWorker();
  const key = 'files/proj_default/file-late';
  await put(gateway, key);
  letAge(gateway, 25);
  const blobs: BlobStore = {
    ...gateway.services.blobs,
    list: async (options) => {
      const page = await gateway.services.blobs.list(options);
      if (options.folder === 'files') await nameFile(gateway, key);
      return page;
    },
  };
  expect(await sweepOrphanBlobs({ ...gateway.services, blobs })).toBe(0);
  expect(await keysOf(gateway)).toEqual([key]);
});

test('goes through a store of any size, a bounded part a run', async () => {
  await using gateway = await createNodeGatewayWithWorker();
  const keys = Array.from({ length: 25 }, (_, index) => `files/proj_default/file-${String(index).padStart(2, '0')}`);
  for (const key of keys) await put(gateway, key);
  letAge(gateway, 25);
  const blobs: BlobStore = {
    ...gateway.services.blobs,
    // A page of one stands for a page of five hundred.
    list: (options) => gateway.services.blobs.list({ ...options, limit: 1 }),
  };
  const removed: number[] = [];
  for (let run = 0; run < 4; run += 1) removed.push(await sweepOrphanBlobs({ ...gateway.services, blobs }));
  expect(removed).toEqual([10, 10, 5, 0]);
});
