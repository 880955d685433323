import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openNodeBlobStore } from '../../../src/platform/node/blob-store.ts';
import { startHttpServer } from '../../../src/platform/node/http-server.ts';
import { createTestGateway } from '../../support/gateway.ts';
import { filePart } from '../../support/multipart.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

/** A gateway on a real socket, with a blob folder to look into. */
async function listen() {
  const folder = await createTemporaryFolder();
  const gateway = await createTestGateway({ services: { blobs: await openNodeBlobStore(folder.path) } });
  const server = await startHttpServer({ fetch: gateway.app.fetch, host: '127.0.0.1', port: 0 });
  return {
    ...gateway,
    url: new URL(server.url),
    partialFiles: () => readdir(join(folder.path, '.partial')),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('a client that goes away in the middle leaves nothing behind', async () => {
  await using gateway = await listen();
  const socket = connect(Number(gateway.url.port), gateway.url.hostname);
  await once(socket, 'connect');
  const headers = [
    'POST /v1/files HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${gateway.secret}`,
    'content-type: multipart/form-data; boundary=b',
    'content-length: 1000000',
  ].join('\r\n');
  socket.write(`${headers}\r\n\r\n--b\r\n${filePart('').headers}\r\n\r\n${'x'.repeat(1_000)}`);
  await vi.waitFor(async () => expect(await gateway.partialFiles()).toHaveLength(1));
  socket.destroy();
  await vi.waitFor(async () => expect(await gateway.partialFiles()).toEqual([]));
  expect((await gateway.json('/v1/files')).body.data).toEqual([]);
});

test.each([
  ['400: a wrong part', (secret: string) => secret, 400],
  ['401: a wrong key', () => 'lvg_wrong', 401],
] as const)('%s is answered although the body is still coming', async (_, secretOf, status) => {
  await using gateway = await listen();
  const form = new FormData();
  form.append('data', new Blob([new Uint8Array(8 * 1024 * 1024)]), 'a');
  const headers = { authorization: `Bearer ${secretOf(gateway.secret)}` };
  const response = await fetch(new URL('/v1/files', gateway.url), { method: 'POST', headers, body: form });
  expect(response.status).toBe(status);
});
