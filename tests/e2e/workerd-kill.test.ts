import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test, vi } from 'vitest';
import { DEFAULT_BACKBONE } from '../../src/contract/index.ts';
import { startFakeWorker } from '../support/fake-worker.ts';
import { createDataFolder } from '../support/levigate-process.ts';
import { encodeMultipart, fieldPart, filePart } from '../support/multipart.ts';
import { ROWS, toJsonl } from '../support/training-data.ts';
import { startHttpReceiver } from '../support/webhooks.ts';
import { startLocalCloudflare, WORKER_TOKEN } from './support/local-cloudflare.ts';
import type { LocalCloudflare, LocalRequest } from './support/local-cloudflare.ts';

const MIB = 1024 * 1024;
const BOUNDARY = 'openai-x';
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const upload = async ({ client }: LocalCloudflare, file: string | Blob = toJsonl(ROWS)): Promise<string> =>
  (await client.files.create({ file, filename: 'train.jsonl', purpose: 'fine-tune' })).id;

const startWorker = ({ url }: LocalCloudflare) =>
  startFakeWorker({ send: (path, init) => fetch(new URL(path, url), init), token: WORKER_TOKEN });

/** As if that time had passed while nothing ran: what leases end by moves into the past. */
function letPass(folder: string, ms: number): void {
  const [path] = globSync(join(folder, 'cloudflare/v3/d1/**/*.sqlite')).filter((name) => !name.includes('metadata'));
  using database = new DatabaseSync(path ?? '');
  database.exec(`update webhook_deliveries set next_attempt_ms = next_attempt_ms - ${ms}`);
  database.exec(`update jobs set lease_expires_ms = lease_expires_ms - ${ms}`);
}

/** Sends all but the end, and then nothing, until it is aborted. */
function beginUpload({ request }: LocalCloudflare, sizeBytes: number): Promise<Response> {
  const parts = [filePart(new Uint8Array(sizeBytes).fill(97)), fieldPart('purpose', 'fine-tune')];
  const bytes = encodeMultipart(parts, BOUNDARY);
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes.subarray(0, bytes.length - 1_000)),
  });
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  return request('/v1/files', { method: 'POST', headers, body, duplex: 'half' } as LocalRequest);
}

describe.skipIf(process.platform !== 'linux')("kill -9 on Cloudflare's local runtime", () => {
  test('in the middle of an upload: what was accepted is there byte for byte, the rest is not, and can be sent again', async () => {
    await using data = await createDataFolder();
    const first = await startLocalCloudflare(data.path);
    const contents = [100_000, 8 * MIB, 20 * MIB + 7].map((size) => new Uint8Array(size).fill(size & 255));
    const accepted = new Map<string, string>();
    for (const content of contents) accepted.set(await upload(first, new Blob([content])), sha256(content));
    const broken = beginUpload(first, 20 * MIB).then(
      ({ status }) => status,
      () => 'broken off',
    );
    // R2 has parts of it by now: it keeps them as files.
    await vi.waitUntil(() => globSync(join(data.path, 'cloudflare/v3/r2/**/blobs/*')).length > contents.length + 2);
    await first.kill();
    expect(await broken).toBe('broken off');

    await using second = await startLocalCloudflare(data.path);
    const listed = await second.client.files.list();
    expect(listed.data.map(({ id }) => id).toSorted()).toEqual([...accepted.keys()].toSorted());
    for (const [id, hash] of accepted) {
      expect(sha256(await (await second.request(`/v1/files/${id}/content`)).bytes())).toBe(hash);
    }
    const again = await upload(second, new Blob([new Uint8Array(20 * MIB)]));
    expect((await second.client.files.retrieve(again)).bytes).toBe(20 * MIB);
  });

  test('in the middle of jobs: the one that ran goes on from its checkpoint, once, and those that waited run', async () => {
    await using data = await createDataFolder();
    const first = await startLocalCloudflare(data.path);
    const training_file = await upload(first);
    const create = async (seed: number) =>
      (await first.client.jobs.create({ model: DEFAULT_BACKBONE, training_file, seed })).id;
    const [ran, goesOn, waited] = [await create(1), await create(2), await create(3)];
    const worker = await startWorker(first);
    const lost = await worker.claim();
    const kept = await worker.claim();
    if (!lost || !kept) throw new Error('nothing was leased');
    await worker.upload(lost, 'checkpoint', 'step 7');
    await worker.upload(kept, 'checkpoint', 'step 3');
    await first.kill();

    await using second = await startLocalCloudflare(data.path, { PORT: String(first.port) });
    // The worker lived on: its lease does, too.
    expect((await worker.heartbeatJob(kept)).body).toEqual({ order: 'continue' });
    expect((await worker.finish(kept)).body).toEqual({ status: 'succeeded' });
    await second.kill();
    letPass(data.path, 60_000);

    await using third = await startLocalCloudflare(data.path, { PORT: String(first.port) });
    await third.ring();
    expect((await worker.heartbeatJob(lost)).body.error.code).toBe('lease_lost');
    const other = await startWorker(third);
    for (let lease = await other.claim(); lease; lease = await other.claim()) {
      expect([lease.job_id, lease.attempt, lease.has_checkpoint]).toEqual(
        lease.job_id === ran ? [ran, 2, true] : [waited, 1, false],
      );
      expect((await other.finish(lease)).body).toEqual({ status: 'succeeded' });
    }
    const models = (await third.client.models.list()).filter(({ parent }) => parent !== null);
    const made = await Promise.all([ran, goesOn, waited].map((id) => third.client.jobs.retrieve(id)));
    expect(models.map(({ id }) => id).toSorted()).toEqual(
      made.map(({ fine_tuned_model }) => fine_tuned_model ?? '').toSorted(),
    );
  });

  test('in the middle of a webhook: the delivery that hung and the event nobody was told of arrive after the start', async () => {
    await using data = await createDataFolder();
    let isAnswering = false;
    await using receiver = await startHttpReceiver(() =>
      isAnswering ? { status: 204 } : { status: 204, hangs: 'before_headers' },
    );
    const first = await startLocalCloudflare(data.path);
    const endpoint = await first.client.webhookEndpoints.create({ url: receiver.url });
    const training_file = await upload(first);
    const cancelled: string[] = [];
    for (const seed of [1, 2]) {
      const { id } = await first.client.jobs.create({ model: DEFAULT_BACKBONE, training_file, seed });
      // The second is cancelled while the first one's delivery hangs.
      cancelled.push((await first.client.jobs.cancel(id)).id);
      if (seed === 1) await vi.waitUntil(() => receiver.received.length > 0, { timeout: 20_000 });
    }
    await first.kill();
    const hung = receiver.received.length;
    letPass(data.path, 600_000);
    isAnswering = true;

    await using second = await startLocalCloudflare(data.path);
    await vi.waitUntil(
      async () => {
        await second.ring();
        const { data: deliveries } = await second.client.webhookEndpoints.deliveries(endpoint.id);
        return deliveries.length === 2 && deliveries.every(({ status }) => status === 'delivered');
      },
      { timeout: 30_000, interval: 200 },
    );
    const told = receiver.received.slice(hung).map(({ body }) => JSON.parse(body) as { data: { id: string } });
    expect(told.map((event) => event.data.id).toSorted()).toEqual(cancelled.toSorted());
    // The one that hung came again under its former id.
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids.slice(hung)).toContain(ids[0]);
  });
});
