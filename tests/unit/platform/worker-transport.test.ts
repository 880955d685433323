import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createWorkerTransport } from '../../../src/platform/node/worker-transport.ts';

async function listen(
  listener: RequestListener,
): Promise<AsyncDisposable & { readonly url: string; readonly server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    server,
    url: `http://127.0.0.1:${address.port}/predict`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const call = (url: string) => ({ url, accessToken: 'secret', body: '{"a":"ü"}', timeoutMs: 5_000, requestId: 'req_1' });

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

test('carries body, token and request id there, and status, body, Retry-After and what it says of its queue back', async () => {
  const seen: unknown[] = [];
  await using worker = await listen((request, response) => {
    const { authorization, 'x-request-id': id, 'content-type': type } = request.headers;
    void textOf(request).then((body) => {
      seen.push({ url: request.url, method: request.method, authorization, id, type, body });
      response.writeHead(429, { 'retry-after': '3', 'x-levigate-overload': '100;5' }).end('später');
    });
  });
  await using transport = createWorkerTransport();
  expect(await transport.post(call(worker.url))).toEqual({
    status: 429,
    body: 'später',
    retryAfter: '3',
    overload: '100;5',
  });
  expect(seen).toEqual([
    {
      url: '/predict',
      method: 'POST',
      authorization: 'Bearer secret',
      id: 'req_1',
      type: 'application/json',
      body: '{"a":"ü"}',
    },
  ]);
});

test('requests one after the other share connections', async () => {
  await using worker = await listen((_, response) => response.end('{}'));
  let connections = 0;
  worker.server.on('connection', () => {
    connections += 1;
  });
  await using transport = createWorkerTransport();
  for (let count = 0; count < 20; count += 1) await transport.post(call(worker.url));
  expect(connections).toBeLessThanOrEqual(2);
});

test('rejects with timeout past the deadline', async () => {
  await using worker = await listen(() => {});
  await using transport = createWorkerTransport();
  await expect(transport.post({ ...call(worker.url), timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
});

test('a caller that goes away ends the request at the worker, and it is no timeout', async () => {
  const abort = new AbortController();
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await using worker = await listen((_, response) => {
    response.on('close', resolve);
    abort.abort(new Error('client gone'));
  });
  await using transport = createWorkerTransport();
  await expect(transport.post({ ...call(worker.url), signal: abort.signal })).rejects.toThrow('client gone');
  await closed;
});

test('a worker that is gone, and one that dies in the middle of its answer, reject without a code of ours', async () => {
  await using worker = await listen((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{', () => response.destroy());
  });
  await using transport = createWorkerTransport();
  await expect(transport.post(call(worker.url))).rejects.not.toMatchObject({ name: 'LevigateError' });
  await expect(transport.post(call('http://127.0.0.1:1/predict'))).rejects.not.toMatchObject({ name: 'LevigateError' });
});

test('an answer beyond 64 MiB is cut off', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await using worker = await listen((_, response) => {
    response.on('close', resolve);
    const mebibyte = Buffer.alloc(1024 * 1024, 'a');
    for (let sent = 0; sent < 65; sent += 1) response.write(mebibyte);
  });
  await using transport = createWorkerTransport();
  await expect(transport.post(call(worker.url))).rejects.toMatchObject({ code: 'worker_failed' });
  await closed;
});

test('a caller that is gone already asks for nothing', async () => {
  let asked = 0;
  await using worker = await listen((_, response) => {
    asked += 1;
    response.end('{}');
  });
  await using transport = createWorkerTransport();
  const signal = AbortSignal.abort(new Error('client gone'));
  await expect(transport.post({ ...call(worker.url), signal })).rejects.toThrow('client gone');
  await transport.post(call(worker.url));
  expect(asked).toBe(1);
});
