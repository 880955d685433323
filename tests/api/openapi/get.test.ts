import { expect, test } from 'vitest';
import { createTestGateway } from '../../support/gateway.ts';

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security?: readonly unknown[];
  readonly responses: Readonly<Record<string, unknown>>;
}

test('200: an OpenAPI 3.1 document without a key, of all user routes', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json('/openapi.json', { secret: null });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    openapi: '3.1.0',
    servers: [{ url: gateway.origin }],
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  });
  expect(Object.keys(body.paths)).toEqual(
    expect.arrayContaining([
      '/health',
      '/v1/files',
      '/v1/files/{file_id}',
      '/v1/files/{file_id}/content',
      '/v1/uploads/{upload_id}/parts',
      '/v1/uploads/{upload_id}/complete',
      '/v1/batches/{batch_id}/cancel',
      '/v1/embeddings',
      '/v1/chat/completions',
      '/v1/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints',
      '/v1/api_keys',
    ]),
  );
});

test('every operation has a name of its own, a known tag and, with a key, the answers 401 and 403', async () => {
  await using gateway = await createTestGateway();
  const { body } = await gateway.json('/openapi.json');
  const operations = Object.values<Record<string, Operation>>(body.paths).flatMap((item) => Object.values(item));
  const tags = body.tags.map(({ name }: { name: string }) => name);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const operation of operations) {
    expect(
      operation.tags.every((tag) => tags.includes(tag)),
      operation.operationId,
    ).toBe(true);
    if (operation.security === undefined)
      expect(Object.keys(operation.responses), operation.operationId).toEqual(expect.arrayContaining(['401']));
  }
});

test('schemas are named once and every reference leads to one', async () => {
  await using gateway = await createTestGateway();
  const { body } = await gateway.json('/openapi.json');
  const text = JSON.stringify(body);
  const names = Object.keys(body.components.schemas);
  expect(names).toEqual(expect.arrayContaining(['ApiKey', 'Error', 'FileObject', 'Health']));
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(names).toContain(name);
  expect(text).not.toMatch(/"id":"[A-Z]/);
});
