import { expect, test } from 'vitest';
import { createTestGateway } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { createJob, uploadFile } from '../../support/training-data.ts';

const PATH = '/v1/fine_tuning/jobs';
const idsOf = async (gateway: TestGateway, query = ''): Promise<string[]> =>
  (await gateway.json(`${PATH}${query}`)).body.data.map(({ id }: { id: string }) => id);

test('200: pages through all jobs, newest first, each once', async () => {
  await using gateway = await createTestGateway();
  const training_file = await uploadFile(gateway);
  const created: string[] = [];
  for (let count = 0; count < 5; count += 1) created.push(await createJob(gateway, { training_file }));
  const first = await gateway.json(`${PATH}?limit=2`);
  expect(first.body).toMatchObject({ object: 'list', has_more: true });
  const second = await gateway.json(`${PATH}?limit=2&after=${first.body.data[1].id}`);
  const third = await gateway.json(`${PATH}?limit=2&after=${second.body.data[1].id}`);
  expect(third.body.has_more).toBe(false);
  const seen = [first, second, third].flatMap(({ body }) => body.data.map(({ id }: { id: string }) => id));
  expect(seen).toEqual(created.toReversed());
});

test('200: metadata[key]=value keeps jobs with all the pairs; metadata=null those without metadata', async () => {
  await using gateway = await createTestGateway();
  const training_file = await uploadFile(gateway);
  const plain = await createJob(gateway, { training_file });
  const a = await createJob(gateway, { training_file, metadata: { team: 'a', 'x"y.z': '1' } });
  const b = await createJob(gateway, { training_file, metadata: { team: 'b' } });
  expect(await idsOf(gateway, '?metadata%5Bteam%5D=b')).toEqual([b]);
  expect(await idsOf(gateway, '?metadata[team]=a&metadata[x%22y.z]=1')).toEqual([a]);
  expect(await idsOf(gateway, '?metadata[team]=a&metadata[x%22y.z]=2')).toEqual([]);
  expect(await idsOf(gateway, '?metadata=null')).toEqual([plain]);
});

test("200: shows no other project's jobs", async () => {
  await using gateway = await createTestGateway();
  const { secret } = await gateway.createProject();
  await createJob(gateway, {}, secret);
  expect(await idsOf(gateway)).toEqual([]);
});

test.each(['limit=0', 'limit=101', 'limit=x'])('400: %s', async (query) => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json(`${PATH}?${query}`);
  expect({ status, param: body.error.param }).toEqual({ status: 400, param: 'limit' });
});
