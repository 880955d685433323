import { expect, test } from 'vitest';
import { createTestGateway } from '../../support/gateway.ts';
import { createJob } from '../../support/training-data.ts';

test('200: answers the job', async () => {
  await using gateway = await createTestGateway();
  const id = await createJob(gateway);
  const { status, body } = await gateway.json(`/v1/fine_tuning/jobs/${id}`);
  expect({ status, id: body.id }).toEqual({ status: 200, id });
});

test('403: the key lacks jobs:read', async () => {
  await using gateway = await createTestGateway();
  const secret = await gateway.createKey({ scopes: ['jobs:write'] });
  expect((await gateway.json(`/v1/fine_tuning/jobs/${await createJob(gateway)}`, { secret })).status).toBe(403);
});

const PATHS = [
  ['GET', ''],
  ['POST', '/cancel'],
  ['POST', '/pause'],
  ['POST', '/resume'],
  ['POST', '/verify'],
  ['GET', '/events'],
  ['GET', '/events?stream=true'],
  ['GET', '/checkpoints'],
  ['GET', '/report'],
] as const;

test.each(PATHS)("404: %s …%s of another project's job is the same answer as of none", async (method, suffix) => {
  await using gateway = await createTestGateway();
  const { secret } = await gateway.createProject();
  const foreign = await createJob(gateway, {}, secret);
  const answers = await Promise.all(
    [foreign, 'ftjob-none'].map(async (id) => {
      const { status, body } = await gateway.json(`/v1/fine_tuning/jobs/${id}${suffix}`, { method });
      return { status, error: { ...body.error, message: body.error.message.replace(id, 'ID') } };
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).toMatchObject({ status: 404, error: { code: 'job_not_found', param: 'fine_tuning_job_id' } });
});
