import { expect, test } from 'vitest';
import { createTestGateway } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';

interface Operation {
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly in: string; readonly required?: boolean }[];
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Says whose key it is, which every key may know. */
const OF_EVERY_KEY = '/replicate/v1/account';

/** What the document says needs a key, with something in the place of every path parameter. */
async function keyedRoutes(gateway: TestGateway): Promise<readonly Route[]> {
  const { body } = await gateway.json('/openapi.json');
  const paths = Object.entries<Record<string, Operation>>(body.paths);
  return paths
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: path.replaceAll(/\{[^}]*\}/g, 'x'),
        operation,
      })),
    )
    .filter(({ operation }) => operation.security === undefined);
}

test('401: every operation with a key refuses a request without one', async () => {
  await using gateway = await createTestGateway();
  const routes = await keyedRoutes(gateway);
  const answers = await Promise.all(
    routes.map(async ({ method, path }) => {
      const { status } = await gateway.request(path, { method, secret: null });
      return `${method} ${path}: ${status}`;
    }),
  );
  expect(answers.length).toBeGreaterThan(50);
  expect(answers.filter((answer) => !answer.endsWith(': 401'))).toEqual([]);
});

test('403: every operation that reads refuses a key that grants nothing, before it says what is there', async () => {
  await using gateway = await createTestGateway();
  const secret = await gateway.createKey({ scopes: [] });
  const reading = (await keyedRoutes(gateway)).filter(
    ({ method, path, operation: { parameters = [] } }) =>
      method === 'GET' &&
      path !== OF_EVERY_KEY &&
      !parameters.some((parameter) => parameter.in === 'query' && parameter.required === true),
  );
  const answers = await Promise.all(
    reading.map(async ({ method, path }) => {
      const { status } = await gateway.request(path, { method, secret });
      return `${method} ${path}: ${status}`;
    }),
  );
  expect(answers.length).toBeGreaterThan(20);
  expect(answers.filter((answer) => !answer.endsWith(': 403'))).toEqual([]);
});
