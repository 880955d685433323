import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { createTestGateway } from '../../support/gateway.ts';
import { filePart } from '../../support/multipart.ts';

test('a client that goes away in the middle leaves nothing behind', async () => {
  const begun = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<void>();
  await using gateway = await createTestGateway({
    blobs: { beforePut: () => begun.resolve(), onFailedPut: () => failed.resolve() },
  });
  const url = new URL(await gateway.listen());
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  const headers = [
    'POST /v1/files HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${gateway.secret}`,
    'content-type: multipart/form-data; boundary=b',
    'content-length: 1000000',
  ].join('\r\n');
  socket.write(`${headers}\r\n\r\n--b\r\n${filePart('').headers}\r\n\r\n${'x'.repeat(1_000)}`);
  await begun.promise;
  socket.destroy();
  await failed.promise;
  expect(await gateway.blobKeys()).toEqual([]);
  expect((await gateway.json('/v1/files')).body.data).toEqual([]);
});

test.each([
  ['400: a wrong part', (secret: string) => secret, 400],
  ['401: a wrong key', () => 'lvg_wrong', 401],
] as const)('%s is answered although the body is still coming', async (_, secretOf, status) => {
  await using gateway = await createTestGateway();
  const form = new FormData();
  form.append('data', new Blob([new Uint8Array(8 * 1024 * 1024)]), 'a');
  const headers = { authorization: `Bearer ${secretOf(gateway.secret)}` };
  const response = await fetch(new URL('/v1/files', await gateway.listen()), { method: 'POST', headers, body: form });
  expect(response.status).toBe(status);
});
