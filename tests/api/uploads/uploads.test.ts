import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createTestGateway } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';

const CONTENT = '{"text":"a","label":"b"}\n{"text":"c","label":"d"}\n';
const HALVES = [CONTENT.slice(0, 25), CONTENT.slice(25)] as const;

const post = (gateway: TestGateway, path: string, json?: unknown, headers = {}) =>
  gateway.json(`/v1/uploads${path}`, { method: 'POST', ...(json === undefined ? {} : { json }), headers });

const create = (gateway: TestGateway, fields: object = {}) =>
  post(gateway, '', {
    bytes: CONTENT.length,
    filename: 'train.jsonl',
    mime_type: 'text/jsonl',
    purpose: 'fine-tune',
    ...fields,
  });

async function addPart(gateway: TestGateway, id: string, content: string, name = 'data') {
  const body = new FormData();
  body.append(name, new Blob([content]), 'blob');
  return gateway.json(`/v1/uploads/${id}/parts`, { method: 'POST', body });
}

async function open(gateway: TestGateway, fields: object = {}) {
  const { body: upload } = await create(gateway, fields);
  const [second, first] = [await addPart(gateway, upload.id, HALVES[1]), await addPart(gateway, upload.id, HALVES[0])];
  return { id: upload.id as string, parts: [first.body.id, second.body.id] as [string, string] };
}

const partsLeft = async (gateway: TestGateway): Promise<number> =>
  (await gateway.blobKeys()).filter((key) => key.startsWith('parts/')).length;

describe('200', () => {
  test('parts that come in any order become one file, in the order that is told', async () => {
    await using gateway = await createTestGateway();
    const created = await create(gateway);
    expect(created.body).toEqual({
      id: expect.stringMatching(/^upload_/),
      object: 'upload',
      bytes: CONTENT.length,
      created_at: expect.any(Number),
      expires_at: created.body.created_at + 3600,
      filename: 'train.jsonl',
      purpose: 'fine-tune',
      status: 'pending',
      file: null,
    });
    const { id, parts } = await open(gateway, { expires_after: { anchor: 'created_at', seconds: 7200 } });
    const md5 = createHash('md5').update(CONTENT).digest('hex');
    const { status, body } = await post(gateway, `/${id}/complete`, { part_ids: parts, md5 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      status: 'completed',
      file: { object: 'file', bytes: CONTENT.length, filename: 'train.jsonl', status: 'processed' },
    });
    expect(body.file.expires_at).toBe(body.file.created_at + 7200);
    expect(await (await gateway.request(`/v1/files/${body.file.id}/content`)).text()).toBe(CONTENT);
    expect(await partsLeft(gateway)).toBe(0);
  });

  test("the openai client's retry of a completion gets the same answer", async () => {
    await using gateway = await createTestGateway();
    const { id, parts } = await open(gateway);
    const complete = (retries: string) =>
      post(gateway, `/${id}/complete`, { part_ids: parts }, { 'x-stainless-retry-count': retries });
    const first = await complete('0');
    expect((await complete('1')).body).toEqual(first.body);
    expect((await gateway.json('/v1/files')).body.data).toHaveLength(1);
  });

  test('cancel gives it up, with its parts', async () => {
    await using gateway = await createTestGateway();
    const { id, parts } = await open(gateway);
    expect((await post(gateway, `/${id}/cancel`)).body).toMatchObject({ id, status: 'cancelled', file: null });
    expect(await partsLeft(gateway)).toBe(0);
    for (const answer of [
      await post(gateway, `/${id}/complete`, { part_ids: parts }),
      await addPart(gateway, id, 'x'),
      await post(gateway, `/${id}/cancel`),
    ]) {
      expect([answer.status, answer.body.error.code, answer.headers.get('x-should-retry')]).toEqual([
        409,
        'upload_not_pending',
        'false',
      ]);
    }
  });

  test('an hour later it has expired, and its parts are swept', async () => {
    await using gateway = await createTestGateway();
    const { id } = await open(gateway);
    gateway.clock.advance(3_599_999);
    expect(await gateway.run('sweepExpiredUploads')).toBe(0);
    gateway.clock.advance(1);
    const late = await addPart(gateway, id, 'x');
    expect(late.status).toBe(409);
    expect(late.body.error.message).toContain('expired');
    expect(await gateway.run('sweepExpiredUploads')).toBe(1);
    expect(await partsLeft(gateway)).toBe(0);
  });
});

describe('400: the upload stays pending', () => {
  const cases: readonly [string, (parts: [string, string]) => object, string][] = [
    ['a part that is missing', ([first]) => ({ part_ids: [first] }), 'part_ids'],
    ['a part that is given twice', ([first]) => ({ part_ids: [first, first] }), 'part_ids.1'],
    ['a part of nobody', ([first]) => ({ part_ids: [first, 'part_none'] }), 'part_ids.1'],
    ['another MD5', (parts) => ({ part_ids: parts, md5: '0'.repeat(32) }), 'md5'],
    [
      'another order, told by the MD5',
      ([a, b]) => ({ part_ids: [b, a], md5: createHash('md5').update(CONTENT).digest('hex') }),
      'md5',
    ],
  ];
  test.each(cases)('%s', async (_name, request, param) => {
    await using gateway = await createTestGateway();
    const { id, parts } = await open(gateway);
    const { status, body } = await post(gateway, `/${id}/complete`, request(parts));
    expect(status).toBe(400);
    expect(body.error.param).toBe(param);
    expect((await gateway.json('/v1/files')).body.data).toEqual([]);
    expect((await post(gateway, `/${id}/complete`, { part_ids: parts })).status).toBe(200);
  });

  test('a part without data, with nothing in it, or by another name', async () => {
    await using gateway = await createTestGateway();
    const { body } = await create(gateway);
    for (const answer of [await addPart(gateway, body.id, ''), await addPart(gateway, body.id, 'x', 'file')])
      expect(answer.status).toBe(400);
  });

  test.each([
    ['too many bytes', { bytes: 9 * 1024 ** 3 }, 'bytes'],
    ['no bytes', { bytes: 0 }, 'bytes'],
    ['another purpose', { purpose: 'batch_output' }, 'purpose'],
  ])('%s', async (_name, fields, param) => {
    await using gateway = await createTestGateway();
    const { status, body } = await create(gateway, fields);
    expect(status).toBe(400);
    expect(body.error.param).toBe(param);
  });
});

test("404: another project's upload", async () => {
  await using gateway = await createTestGateway();
  const { id } = await open(gateway);
  const { secret } = await gateway.createProject();
  const { status, body } = await gateway.json(`/v1/uploads/${id}/cancel`, { method: 'POST', secret });
  expect([status, body.error.code]).toEqual([404, 'upload_not_found']);
});
