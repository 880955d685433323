import { Server } from 'node:http';
import { expect, test, vi } from 'vitest';
import { startHttpServer } from '../../../src/platform/node/http-server.ts';

test('a request may take an hour to arrive: half a gigabyte from a slow line takes more than five minutes', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen');
  await using server = await startHttpServer({ fetch: () => new Response('here'), host: '127.0.0.1', port: 0 });
  const [node] = listen.mock.contexts as Server[];
  listen.mockRestore();
  expect(node?.requestTimeout).toBe(3_600_000);
  // A connection that says nothing is not kept for as long.
  expect(node?.headersTimeout).toBe(60_000);
  expect(await (await fetch(server.url)).text()).toBe('here');
});
