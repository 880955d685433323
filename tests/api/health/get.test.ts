import { expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { createTestGateway } from '../../support/gateway.ts';

test('200: answers without a key, with the version of package.json', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json('/health', { secret: null });
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'ok', version: packageJson.version });
});
