import OpenAI from 'openai';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { unwrapWebhook } from '../../../src/sdk/index.ts';
import { createSigningSecret, hintOfSecret, signatureHeaders } from '../../../src/services/webhooks/signing.ts';

const body = JSON.stringify({ id: 'evt_1', type: 'fine_tuning.job.succeeded', data: { id: 'ftjob-ü' } });
const client = new OpenAI({ apiKey: 'none' });

test("gives the specification's test vector", () => {
  const headers = signatureHeaders(
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', sentMs: 1_614_265_330_999, body: '{"test": 2432232314}' },
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  );
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('a secret is whsec_ and 32 bytes of standard base64, each time another', () => {
  const secrets = Array.from({ length: 50 }, createSigningSecret);
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  }
  expect(new Set(secrets).size).toBe(secrets.length);
});

test('a hint shows six characters and no more of the secret', () => {
  expect(hintOfSecret(`whsec_${'A'.repeat(37)}bcdef=`)).toBe('whsec_...bcdef=');
});

test('both secrets of a rotation verify: standardwebhooks, openai and our own SDK', async () => {
  const secrets = [createSigningSecret(), createSigningSecret()];
  const headers = signatureHeaders({ id: 'evt_1', sentMs: Date.now(), body }, secrets);
  for (const secret of secrets) {
    expect(new Webhook(secret).verify(body, { ...headers })).toMatchObject({ id: 'evt_1' });
    expect(await client.webhooks.unwrap(body, { ...headers }, secret)).toMatchObject({ id: 'evt_1' });
    expect(await unwrapWebhook(body, headers, secret)).toMatchObject({ id: 'evt_1' });
  }
});

test('another secret, or another body, does not verify', async () => {
  const secret = createSigningSecret();
  const headers = { ...signatureHeaders({ id: 'evt_1', sentMs: Date.now(), body }, [secret]) };
  expect(() => new Webhook(createSigningSecret()).verify(body, headers)).toThrow();
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
  await expect(client.webhooks.unwrap(body, headers, createSigningSecret())).rejects.toThrow();
});
