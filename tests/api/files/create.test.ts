import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { LIMITS } from '../../../src/contract/index.ts';
import { createTestGateway } from '../../support/gateway.ts';
import { encodeMultipart, fieldPart, filePart, streamInChunks, uploadForm } from '../../support/multipart.ts';
import type { RawPart } from '../../support/multipart.ts';

const BOUNDARY = 'openai-x';
const MULTIPART = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

const raw = (parts: readonly RawPart[]) => ({
  method: 'POST',
  headers: MULTIPART,
  body: encodeMultipart(parts, BOUNDARY),
});

test('200: answers the file with its size and hash', async () => {
  await using gateway = await createTestGateway();
  const content = '{"text":"Où est ma facture ?","label":"billing"}\n';
  const { status, body } = await gateway.json('/v1/files', { method: 'POST', body: uploadForm({ file: content }) });
  expect(status).toBe(200);
  expect(body).toEqual({
    id: expect.stringMatching(/^file-/),
    object: 'file',
    bytes: Buffer.byteLength(content),
    created_at: Math.floor(gateway.clock.nowMs() / 1000),
    filename: 'train.jsonl',
    purpose: 'fine-tune',
    status: 'processed',
    expires_at: null,
    sha256: createHash('sha256').update(content).digest('hex'),
  });
});

test('200: takes the file before and after its fields, chunked and without a length', async () => {
  await using gateway = await createTestGateway();
  const fields = [fieldPart('purpose', 'user_data'), fieldPart('note', 'unknown fields are ignored')];
  for (const parts of [
    [filePart('abc'), ...fields],
    [...fields, filePart('abc')],
  ]) {
    const body = streamInChunks(encodeMultipart(parts, BOUNDARY), [5, 1, 11]);
    const answer = await gateway.json('/v1/files', {
      method: 'POST',
      headers: MULTIPART,
      body,
      duplex: 'half',
    } as object);
    expect(answer).toMatchObject({ status: 200, body: { bytes: 3, purpose: 'user_data' } });
  }
});

test('200: keeps the expiry that bracketed fields ask for', async () => {
  await using gateway = await createTestGateway();
  const fields = { purpose: 'fine-tune', 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '3600' };
  const { body } = await gateway.json('/v1/files', { method: 'POST', body: uploadForm({ fields }) });
  expect(body.expires_at).toBe(body.created_at + 3600);
});

test.each([
  [String.raw`C:\data\train.jsonl`, 'train.jsonl'],
  ['../../etc/passwd', 'passwd'],
  ['a\u0007b.jsonl', 'ab.jsonl'],
  ['/', 'file'],
  ['Übung 😀.jsonl', 'Übung 😀.jsonl'],
])('200: of the filename %j keeps %j', async (sent, kept) => {
  await using gateway = await createTestGateway();
  const { body } = await gateway.json('/v1/files', raw([filePart('x', sent), fieldPart('purpose', 'fine-tune')]));
  expect(body.filename).toBe(kept);
});

const purpose = fieldPart('purpose', 'fine-tune');
test.each<[string, readonly RawPart[], { readonly code?: string; readonly param: string }]>([
  ['no file part', [purpose], { param: 'file' }],
  ['two file parts', [filePart('a'), filePart('b'), purpose], { param: 'file' }],
  ['a file under another name', [filePart('a', 'a', 'data'), purpose], { param: 'data' }],
  ['a file part without a filename', [fieldPart('file', 'a'), purpose], { param: 'file' }],
  ['an empty file', [filePart(''), purpose], { param: 'file' }],
  ['a filename above 255 characters', [filePart('a', 'x'.repeat(256)), purpose], { param: 'file' }],
  ['no purpose', [filePart('a')], { param: 'purpose' }],
  [
    'an unknown purpose',
    [filePart('a'), fieldPart('purpose', 'fun')],
    { code: 'invalid_file_purpose', param: 'purpose' },
  ],
  [
    'a purpose that is ours to give',
    [filePart('a'), fieldPart('purpose', 'batch_output')],
    { code: 'invalid_file_purpose', param: 'purpose' },
  ],
  ['a purpose given twice', [filePart('a'), purpose, purpose], { param: 'purpose' }],
  [
    'an expiry without its anchor',
    [filePart('a'), purpose, fieldPart('expires_after[seconds]', '3600')],
    { param: 'expires_after[anchor]' },
  ],
  [
    'an expiry that is too short',
    [
      filePart('a'),
      purpose,
      fieldPart('expires_after[anchor]', 'created_at'),
      fieldPart('expires_after[seconds]', '60'),
    ],
    { param: 'expires_after[seconds]' },
  ],
])('400: %s, and no content stays', async (_, parts, { code = 'invalid_request', param }) => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json('/v1/files', raw(parts));
  expect({ status, code: body.error.code, param: body.error.param }).toEqual({ status: 400, code, param });
  expect(await gateway.blobKeys()).toEqual([]);
});

test('400: a body that is cut off, and no content stays', async () => {
  await using gateway = await createTestGateway();
  const whole = encodeMultipart([purpose, filePart('x'.repeat(100))], BOUNDARY);
  const { status, body } = await gateway.json('/v1/files', {
    method: 'POST',
    headers: MULTIPART,
    body: whole.slice(0, -20),
  });
  expect(status).toBe(400);
  expect(body.error.message).toContain('closing boundary');
  expect(await gateway.blobKeys()).toEqual([]);
});

test('401: no key', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json('/v1/files', { method: 'POST', body: uploadForm(), secret: null });
  expect(status).toBe(401);
  expect(body.error.code).toBe('missing_api_key');
});

test('403: a key that may only read', async () => {
  await using gateway = await createTestGateway();
  const secret = await gateway.createKey({ scopes: ['files:read'] });
  const { status, body } = await gateway.json('/v1/files', { method: 'POST', body: uploadForm(), secret });
  expect(status).toBe(403);
  expect(body.error.message).toContain('files:write');
});

test('413: a file above the limit is refused while it arrives', async () => {
  await using gateway = await createTestGateway({ blobs: { maxBytes: 10 * 1024 * 1024 } });
  const chunk = new Uint8Array(1024 * 1024);
  let sentBytes = 0;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) =>
      controller.enqueue(new TextEncoder().encode(`--${BOUNDARY}\r\n${filePart('').headers}\r\n\r\n`)),
    async pull(controller) {
      // Lets the answer come in between.
      await new Promise((resolve) => void setImmediate(resolve));
      sentBytes += chunk.length;
      if (sentBytes > LIMITS.fileBytes) controller.close();
      else controller.enqueue(chunk);
    },
  });
  const answer = await gateway.json('/v1/files', {
    method: 'POST',
    headers: MULTIPART,
    body,
    duplex: 'half',
  } as object);
  expect(answer).toMatchObject({ status: 413, body: { error: { code: 'payload_too_large' } } });
  expect(sentBytes).toBeLessThan(LIMITS.fileBytes);
});

test('415: JSON instead of multipart', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json('/v1/files', { method: 'POST', json: { purpose: 'fine-tune' } });
  expect(status).toBe(415);
  expect(body.error).toMatchObject({ code: 'unsupported_media_type', type: 'invalid_request_error' });
});
