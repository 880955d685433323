import { expect, test } from 'vitest';
import { createTestGateway, uploadFile } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';

async function upload(
  gateway: TestGateway,
  filename: string,
  purpose = 'fine-tune',
  secret = gateway.secret,
): Promise<string> {
  gateway.clock.advance(1_000);
  return (await uploadFile(gateway, { filename, fields: { purpose }, secret })).id;
}

test('200: an empty project has an empty page', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json('/v1/files');
  expect(status).toBe(200);
  expect(body).toEqual({ object: 'list', data: [], first_id: null, last_id: null, has_more: false });
});

test('200: pages newest first, and by `after` until nothing is left', async () => {
  await using gateway = await createTestGateway();
  const ids = [await upload(gateway, 'a'), await upload(gateway, 'b'), await upload(gateway, 'c')].toReversed();
  const { body: first } = await gateway.json('/v1/files?limit=2');
  expect(first).toMatchObject({ first_id: ids[0], last_id: ids[1], has_more: true });
  const { body: second } = await gateway.json(`/v1/files?limit=2&after=${first.last_id}`);
  expect(second).toMatchObject({ first_id: ids[2], last_id: ids[2], has_more: false });
});

test('200: oldest first when asked', async () => {
  await using gateway = await createTestGateway();
  const ids = [await upload(gateway, 'a'), await upload(gateway, 'b')];
  const { body } = await gateway.json('/v1/files?order=asc');
  expect(body.data.map(({ id }: { id: string }) => id)).toEqual(ids);
  const { body: rest } = await gateway.json(`/v1/files?order=asc&after=${ids[0]}`);
  expect(rest.data).toMatchObject([{ id: ids[1] }]);
});

test('200: of one purpose only', async () => {
  await using gateway = await createTestGateway();
  await upload(gateway, 'a');
  const wanted = await upload(gateway, 'b', 'batch');
  const { body } = await gateway.json('/v1/files?purpose=batch');
  expect(body.data).toMatchObject([{ id: wanted }]);
});

test("200: never another project's", async () => {
  await using gateway = await createTestGateway();
  const other = await gateway.createProject();
  await upload(gateway, 'a', 'fine-tune', other.secret);
  expect((await gateway.json('/v1/files')).body.data).toEqual([]);
});

test.each(['limit=0', 'limit=10001', 'limit=x', 'order=up', 'purpose=fun'])('400: %s', async (query) => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json(`/v1/files?${query}`);
  expect(status).toBe(400);
  expect(body.error.param).toBe(query.split('=')[0]);
});

test('403: a key without files:read', async () => {
  await using gateway = await createTestGateway();
  const secret = await gateway.createKey({ scopes: ['files:write'] });
  expect((await gateway.json('/v1/files', { secret })).status).toBe(403);
});
