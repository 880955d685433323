import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI, { AuthenticationError, NotFoundError, toFile } from 'openai';
import { expect, test } from 'vitest';
import { createTestGateway } from '../support/gateway.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

/** The unmodified client over real HTTP. */
async function openClient() {
  const gateway = await createTestGateway();
  const url = await gateway.listen();
  return {
    client: new OpenAI({ apiKey: gateway.secret, baseURL: `${url}/v1`, maxRetries: 0 }),
    baseURL: `${url}/v1`,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

const CONTENT = '{"text":"Où est ma facture ?","label":"billing"}\n';

test('uploads a stream and a buffer, waits, lists, reads and deletes', async () => {
  await using opened = await openClient();
  await using folder = await createTemporaryFolder();
  const path = join(folder.path, 'train.jsonl');
  await writeFile(path, CONTENT);
  const { client } = opened;

  const streamed = await client.files.create({ file: createReadStream(path), purpose: 'fine-tune' });
  const buffered = await client.files.create({
    file: await toFile(Buffer.from(CONTENT), 'naïve.jsonl'),
    purpose: 'user_data',
    expires_after: { anchor: 'created_at', seconds: 3600 },
  });
  expect(streamed).toMatchObject({ filename: 'train.jsonl', bytes: Buffer.byteLength(CONTENT) });
  expect(buffered).toMatchObject({ filename: 'naïve.jsonl', expires_at: buffered.created_at + 3600 });
  expect((await client.files.waitForProcessing(streamed.id)).status).toBe('processed');

  const ids: string[] = [];
  for await (const file of client.files.list({ limit: 1 })) ids.push(file.id);
  expect(ids).toEqual([buffered.id, streamed.id]);
  expect(await (await client.files.content(streamed.id)).text()).toBe(CONTENT);
  expect(await client.files.delete(streamed.id)).toEqual({ id: streamed.id, object: 'file', deleted: true });
});

test('gets its own error classes, with code and request id', async () => {
  await using opened = await openClient();
  const error: unknown = await opened.client.files.retrieve('file-missing').catch((error: unknown) => error);
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toMatchObject({
    code: 'file_not_found',
    type: 'invalid_request_error',
    param: 'file_id',
    requestID: expect.stringMatching(/^req_/),
  });
  const stranger = new OpenAI({ apiKey: 'lvg_wrong', baseURL: opened.baseURL, maxRetries: 0 });
  await expect(stranger.files.list()).rejects.toBeInstanceOf(AuthenticationError);
});
