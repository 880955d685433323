import { expect, test } from 'vitest';
import { LIMITS } from '../../../src/contract/index.ts';
import { createTestGateway } from '../../support/gateway.ts';
import { streamInChunks } from '../../support/multipart.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

test.each([
  ['{"name": "a",}', 'position 13'],
  ['{"name" "a"}', 'position 8'],
  ['{"name": "a"', 'position 12'],
  ['{"name": tru}', 'tru'],
  ['', 'empty'],
])('400: JSON that is malformed: %j', async (sent, told) => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json('/v1/api_keys', { method: 'POST', headers: JSON_TYPE, body: sent });
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ code: 'invalid_json', type: 'invalid_request_error', param: null });
  expect(body.error.message).toContain(told);
});

test('401: no key, a malformed header, a wrong key', async () => {
  await using gateway = await createTestGateway();
  for (const [authorization, code] of [
    [undefined, 'missing_api_key'],
    ['Basic abc', 'missing_api_key'],
    ['Bearer', 'missing_api_key'],
    ['Bearer lvg_wrong', 'invalid_api_key'],
  ] as const) {
    const headers = authorization === undefined ? {} : { authorization };
    const { status, body } = await gateway.json('/v1/files', { secret: null, headers });
    expect([status, body.error.code, body.error.type]).toEqual([401, code, 'authentication_error']);
  }
});

test('404: an unknown path, in the same shape', async () => {
  await using gateway = await createTestGateway();
  for (const path of ['/nothing', '/v1/nothing', '/v1/files/a/b/c']) {
    const { status, body } = await gateway.json(path);
    expect(status).toBe(404);
    expect(body).toEqual({
      error: { message: expect.stringContaining(path), type: 'invalid_request_error', param: null, code: 'not_found' },
    });
  }
});

test('405: a known path by another method says which it takes', async () => {
  await using gateway = await createTestGateway();
  const { status, headers, body } = await gateway.json('/v1/files/file-1', { method: 'PUT' });
  expect(status).toBe(405);
  expect(body.error.code).toBe('method_not_allowed');
  expect(headers.get('allow')).toBe('DELETE, GET');
});

test('413: JSON above the limit, declared or not', async () => {
  await using gateway = await createTestGateway();
  const large = new TextEncoder().encode(JSON.stringify({ name: 'x'.repeat(LIMITS.jsonBodyBytes) }));
  const declared = { headers: { ...JSON_TYPE, 'content-length': String(large.length) }, body: large };
  const chunked = { headers: JSON_TYPE, body: streamInChunks(large, [65_536]), duplex: 'half' };
  for (const init of [declared, chunked]) {
    const { status, body } = await gateway.json('/v1/api_keys', { method: 'POST', ...init });
    expect([status, body.error.code]).toEqual([413, 'payload_too_large']);
  }
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
  '415: a JSON route that gets %s',
  async (type) => {
    await using gateway = await createTestGateway();
    const { status, body } = await gateway.json('/v1/api_keys', {
      method: 'POST',
      headers: { 'content-type': type },
      body: '{"name":"a"}',
    });
    expect([status, body.error.code]).toEqual([415, 'unsupported_media_type']);
    expect(body.error.message).toContain('application/json');
  },
);

test('500: what is not ours is answered without detail, with the request id to find it by', async () => {
  const beforePut = () => Promise.reject(new Error('disk /secret/path is full'));
  await using gateway = await createTestGateway({ blobs: { beforePut } });
  const form = new FormData();
  form.append('file', new Blob(['a']), 'a');
  const { status, headers, body } = await gateway.json('/v1/files', { method: 'POST', body: form });
  expect(status).toBe(500);
  expect(body.error).toMatchObject({ type: 'server_error', code: 'internal' });
  expect(JSON.stringify(body)).not.toContain('secret');
  expect(headers.get('x-request-id')).toMatch(/^req_/);
});

test('every answer carries its request id, the processing time and secure headers', async () => {
  await using gateway = await createTestGateway();
  for (const path of ['/v1/files', '/nothing', '/health']) {
    const { headers } = await gateway.request(path);
    expect(headers.get('x-request-id')).toMatch(/^req_/);
    expect(headers.get('openai-processing-ms')).toMatch(/^\d+$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test("a client's request id is kept when it is well formed, and replaced otherwise", async () => {
  await using gateway = await createTestGateway();
  const sent = async (id: string) =>
    (await gateway.request('/health', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
  expect(await sent('trace-1_a=')).toBe('trace-1_a=');
  for (const id of ['a b', '<script>', 'x'.repeat(129)]) expect(await sent(id)).toMatch(/^req_/);
});

test('a browser may call from anywhere with the headers of the openai client', async () => {
  await using gateway = await createTestGateway();
  const asked = 'authorization,content-type,idempotency-key,openai-organization,openai-project,x-stainless-lang';
  const preflight = await gateway.request('/v1/predict', {
    method: 'OPTIONS',
    secret: null,
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  expect(preflight.headers.get('access-control-allow-headers')).toBe(asked);
  const refused = await gateway.request('/v1/files', { secret: null, headers: { origin: 'https://app.example' } });
  expect(refused.status).toBe(401);
  expect(refused.headers.get('access-control-allow-origin')).toBe('*');
  expect(refused.headers.get('access-control-expose-headers')).toContain('x-request-id');
});
