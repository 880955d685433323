import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { intentExample } from '../support/intents.ts';
import { createDataFolder, isBuilt } from '../support/levigate-process.ts';
import type { DataFolder, LevigateProcess } from '../support/levigate-process.ts';
import { startSmallLevigate, trainIntents, uploadIntents } from '../support/small-levigate.ts';

/** What the API promises at its largest; scaled down unless asked, see CONTRIBUTING.md. */
const UPLOAD_MB = Number(process.env['LARGE_UPLOAD_MB'] ?? 320);
const BATCH_LINES = Number(process.env['LARGE_BATCH_LINES'] ?? 2_000);
const LIMIT_MS = 3_600_000;

const API_KEY = 'a-key-of-the-tests-of-large-things-0123456789';
const MIB = 1024 * 1024;
const PART_BYTES = 64 * MIB;
const AT_ONCE = 4;

describe.skipIf(!isBuilt())('large things, with the unmodified openai client', () => {
  let data: DataFolder;
  let levigate: LevigateProcess;
  let client: OpenAI;

  beforeAll(async () => {
    data = await createDataFolder();
    levigate = await startSmallLevigate(data.path, { LEVIGATE_API_KEY: API_KEY });
    client = new OpenAI({ apiKey: API_KEY, baseURL: `${levigate.url}/v1` });
  });
  afterAll(async () => {
    await levigate?.[Symbol.asyncDispose]();
    await data?.[Symbol.asyncDispose]();
  });

  test(
    `an upload of ${UPLOAD_MB} MB by parts is put together, and its memory does not grow with it`,
    async () => {
      const bytes = UPLOAD_MB * MIB;
      const parts = Math.ceil(bytes / PART_BYTES);
      // Of any part the first bytes say which: parts in a wrong order would make another file.
      const partOf = (index: number): Buffer => {
        const part = Buffer.alloc(Math.min(PART_BYTES, bytes - index * PART_BYTES), index % 251);
        part.writeUInt32LE(index);
        return part;
      };
      const upload = await client.uploads.create({
        bytes,
        filename: 'large.bin',
        mime_type: 'application/octet-stream',
        purpose: 'user_data',
      });
      const add = async (index: number) =>
        (await client.uploads.parts.create(upload.id, { data: await toFile(partOf(index), 'part') })).id;
      await add(0); // Not used: the first loads what is loaded once.
      const before = await memoryOf(levigate.pid);
      const md5 = createHash('md5');
      const sha256 = createHash('sha256');
      const startMs = performance.now();
      const ids: string[] = [];
      for (let first = 0; first < parts; first += AT_ONCE) {
        const indices = Array.from({ length: Math.min(AT_ONCE, parts - first) }, (_, at) => first + at);
        const added = Promise.all(indices.map(add));
        for (const index of indices) for (const hash of [md5, sha256]) hash.update(partOf(index));
        ids.push(...(await added));
      }
      const addedMs = performance.now();
      const done = await client.uploads.complete(upload.id, { part_ids: ids, md5: md5.digest('hex') });
      const completedMs = performance.now();
      const after = await memoryOf(levigate.pid);
      expect(done.status).toBe('completed');
      expect(done.file).toMatchObject({ bytes, filename: 'large.bin', sha256: sha256.digest('hex') });
      const content = await client.files.content(done.file?.id ?? '');
      let read = 0;
      for await (const chunk of content.body ?? []) read += chunk.length;
      expect(read).toBe(bytes);
      console.info(
        `${UPLOAD_MB} MB: parts ${seconds(startMs, addedMs)}, complete ${seconds(addedMs, completedMs)}, gateway ${mb(before.rss)} MB before, ${mb(after.peak)} MB at most`,
      );
      expect((after.peak - before.rss) / MIB).toBeLessThan(192);
    },
    LIMIT_MS,
  );

  test(
    `a batch of ${BATCH_LINES} lines is answered line by line in their order, and its memory does not grow with it`,
    async () => {
      const fileId = await uploadIntents(levigate.client);
      const { model } = await trainIntents(levigate.client, { fileId, seed: 1 });
      const lines = Array.from({ length: BATCH_LINES }, (_, at) => {
        const body = { model, input: `${intentExample(at).text} ${at}`, top_k: 1 };
        return `${JSON.stringify({ custom_id: `line-${at}`, method: 'POST', url: '/v1/predict', body })}\n`;
      });
      const file = await client.files.create({
        file: await toFile(Buffer.from(lines.join('')), 'lines.jsonl'),
        purpose: 'batch',
      });
      const before = await memoryOf(levigate.pid);
      const startMs = performance.now();
      // Of our own endpoint, which the client's types do not name.
      const endpoint = '/v1/predict' as '/v1/embeddings';
      let batch = await client.batches.create({ input_file_id: file.id, endpoint, completion_window: '24h' });
      while (['validating', 'in_progress', 'finalizing'].includes(batch.status)) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        batch = await client.batches.retrieve(batch.id);
      }
      const endMs = performance.now();
      const after = await memoryOf(levigate.pid);
      expect(batch).toMatchObject({
        status: 'completed',
        error_file_id: null,
        request_counts: { total: BATCH_LINES, completed: BATCH_LINES, failed: 0 },
      });
      const output = (await (await client.files.content(batch.output_file_id ?? '')).text()).trim().split('\n');
      const answers = output.map((line) => JSON.parse(line));
      expect(answers.map(({ custom_id }) => custom_id)).toEqual(lines.map((_, at) => `line-${at}`));
      expect(answers.every(({ response }) => response.status_code === 200)).toBe(true);
      expect(answers.every(({ response }) => typeof response.body.data[0].label === 'string')).toBe(true);
      console.info(
        `${BATCH_LINES} lines: ${seconds(startMs, endMs)}, gateway ${mb(before.rss)} MB before, ${mb(after.peak)} MB at most`,
      );
      expect((after.peak - before.rss) / MIB).toBeLessThan(192);
    },
    LIMIT_MS,
  );
});

const seconds = (fromMs: number, toMs: number): string => `${((toMs - fromMs) / 1000).toFixed(1)} s`;
const mb = (bytes: number): string => (bytes / MIB).toFixed(0);

/** Of a process, in bytes: now, and at most since it began. */
async function memoryOf(pid: number): Promise<{ readonly rss: number; readonly peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  return { rss: read('VmRSS'), peak: read('VmHWM') };
}
