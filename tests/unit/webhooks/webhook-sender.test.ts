import { once } from 'node:events';
import { createServer } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { createWebhookSender } from '../../../src/platform/node/webhook-sender.ts';
import { startHttpReceiver } from '../../support/webhooks.ts';

const MESSAGE = {
  headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' },
  body: '{"é":1}',
  timeoutMs: 5_000,
};
const v4 = (address: string): LookupAddress => ({ address, family: 4 });
const v6 = (address: string): LookupAddress => ({ address, family: 6 });

/** Counts who connects, and speaks to nobody. */
async function startListener() {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the listener listens on no port');
  return {
    port: address.port,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

describe('sending', () => {
  const sender = createWebhookSender({ allowPrivate: true });

  test('posts headers and body as they are, and tells status and Retry-After', async () => {
    await using receiver = await startHttpReceiver(() => ({ status: 503, headers: { 'retry-after': '7' } }));
    const url = `${receiver.url}?token=a%20b`;
    expect(await sender.send({ url, ...MESSAGE })).toEqual({ status: 503, retryAfter: '7' });
    expect(receiver.received).toMatchObject([{ headers: MESSAGE.headers, body: MESSAGE.body }]);
  });

  test('does not follow a redirect', async () => {
    await using elsewhere = await startHttpReceiver();
    await using receiver = await startHttpReceiver(() => ({ status: 307, headers: { location: elsewhere.url } }));
    expect(await sender.send({ url: receiver.url, ...MESSAGE })).toEqual({ status: 307, retryAfter: null });
    expect(elsewhere.received).toEqual([]);
  });

  test('gives up at the deadline when no answer comes', async () => {
    await using receiver = await startHttpReceiver(() => ({ status: 200, hangs: 'before_headers' }));
    await expect(sender.send({ url: receiver.url, ...MESSAGE, timeoutMs: 50 })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  test("does not wait for an answer's body", async () => {
    await using receiver = await startHttpReceiver(() => ({ status: 200, hangs: 'in_body' }));
    expect(await sender.send({ url: receiver.url, ...MESSAGE, timeoutMs: 60_000 })).toMatchObject({ status: 200 });
  });

  test('rejects when nobody listens', async () => {
    const receiver = await startHttpReceiver();
    await receiver[Symbol.asyncDispose]();
    await expect(sender.send({ url: receiver.url, ...MESSAGE })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('the guard', () => {
  test.each([
    ['a private address', [v4('10.0.0.8')]],
    ['loopback', [v4('127.0.0.1')]],
    ['the metadata service', [v4('169.254.169.254')]],
    ['loopback in IPv6', [v6('::1')]],
    ['loopback mapped into IPv6', [v6('::ffff:127.0.0.1')]],
    ['a public address first and a private one after', [v4('93.184.215.14'), v4('127.0.0.1')]],
    ['a public IPv4 and a private IPv6 address', [v4('93.184.215.14'), v6('fd00:ec2::254')]],
  ])('refuses a name that resolves to %s, before it connects', async (_, addresses) => {
    await using listener = await startListener();
    const sender = createWebhookSender({ allowPrivate: false, resolve: async () => addresses });
    const url = `https://hook.example:${listener.port}/`;
    // The name alone is fine, so this is told at the delivery.
    expect(() => sender.assertAllowed(url)).not.toThrow();
    const refusal = await sender.send({ url, ...MESSAGE }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'invalid_webhook_url' });
    expect(String(refusal)).not.toContain(addresses.at(-1)?.address);
    expect(listener.connections()).toBe(0);
  });

  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '0177.1', 'localhost'])(
    'refuses https://%s at the delivery too',
    async (host) => {
      await using listener = await startListener();
      const sender = createWebhookSender({ allowPrivate: false });
      const url = `https://${host}:${listener.port}/`;
      await expect(sender.send({ url, ...MESSAGE })).rejects.toMatchObject({ code: 'invalid_webhook_url' });
      expect(listener.connections()).toBe(0);
    },
  );

  test('connects to the address that was checked: a name that changes a moment later gains nothing', async () => {
    await using receiver = await startHttpReceiver();
    let lookups = 0;
    const sender = createWebhookSender({
      allowPrivate: true,
      resolve: async () => {
        lookups += 1;
        // A second look-up for the same attempt would lead to where nobody listens.
        return [v4(lookups === 1 ? '127.0.0.1' : '127.0.0.2')];
      },
    });
    const url = `http://hook.example:${receiver.port}/`;
    expect(await sender.send({ url, ...MESSAGE })).toMatchObject({ status: 204 });
    expect(lookups).toBe(1);
    expect(receiver.received[0]?.headers.host).toBe(`hook.example:${receiver.port}`);
  });

  test('looks up and checks again at every attempt', async () => {
    await using receiver = await startHttpReceiver();
    let lookups = 0;
    const sender = createWebhookSender({ allowPrivate: true, resolve: async () => (lookups++, [v4('127.0.0.1')]) });
    for (let attempt = 0; attempt < 2; attempt += 1)
      await sender.send({ url: `http://hook.example:${receiver.port}/`, ...MESSAGE });
    expect(lookups).toBe(2);
  });

  test('the deadline covers a name server that does not answer', async () => {
    const sender = createWebhookSender({ allowPrivate: false, resolve: () => new Promise(() => {}) });
    await expect(sender.send({ url: 'https://hook.example/', ...MESSAGE, timeoutMs: 20 })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  test('a name without an address is told as one that does not resolve', async () => {
    const sender = createWebhookSender({ allowPrivate: false, resolve: async () => [] });
    await expect(sender.send({ url: 'https://hook.example/', ...MESSAGE })).rejects.toMatchObject({
      code: 'ENOTFOUND',
    });
  });
});
