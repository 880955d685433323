import { drizzle } from 'drizzle-orm/d1';
import { afterAll, beforeAll } from 'vitest';
import { createR2BlobStore } from '../../src/platform/cloudflare/blob-store.ts';
import * as schema from '../../src/store/schema.ts';
import { describeBlobStore } from '../contract/blob-store.ts';
import { describeDatabase } from '../contract/database.ts';
import { startWorker } from './harness.ts';
import type { Worker } from './harness.ts';

let worker: Worker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker[Symbol.asyncDispose]());

const nothingToClose = () => Promise.resolve();

describeBlobStore('R2', async () => {
  const { objects } = await worker.env.BLOBS.list();
  if (objects.length > 0) await worker.env.BLOBS.delete(objects.map(({ key }) => key));
  return { store: createR2BlobStore(worker.env.BLOBS), [Symbol.asyncDispose]: nothingToClose };
});

describeDatabase('D1', async () => {
  const db = drizzle(worker.env.DB, { schema });
  await db.batch([db.delete(schema.apiKeys), db.delete(schema.files), db.delete(schema.projects)]);
  return { db, [Symbol.asyncDispose]: nothingToClose };
});
