import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { unwrapWebhook, WebhookVerificationError } from '../../../src/sdk/index.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const body = JSON.stringify({
  id: 'evt_1',
  object: 'event',
  type: 'fine_tuning.job.succeeded',
  data: { id: 'ftjob-1' },
});

function signed(at: Date = new Date(), key: string = secret): Record<string, string> {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(key).sign('evt_1', at, body),
  };
}

describe('webhooks.unwrap', () => {
  it("reads what the reference implementation signed, from Headers and from Node's headers", async () => {
    expect((await unwrapWebhook(body, signed(), secret)).data.id).toBe('ftjob-1');
    expect((await unwrapWebhook(body, new Headers(signed()), secret)).id).toBe('evt_1');
  });

  it('accepts any of several signatures, as during a rotation', async () => {
    const headers = signed();
    const other = new Webhook(`whsec_${Buffer.alloc(32, 9).toString('base64')}`).sign('evt_1', new Date(), body);
    await expect(
      unwrapWebhook(
        body,
        { ...headers, 'webhook-signature': `${other} v1a,xx ${headers['webhook-signature']}` },
        secret,
      ),
    ).resolves.toBeDefined();
  });

  it.each([
    ['a changed body', `${body} `, signed(), secret],
    ['another secret', body, signed(), `whsec_${Buffer.alloc(32, 1).toString('base64')}`],
    ['an old timestamp', body, signed(new Date(Date.now() - 400_000)), secret],
    ['a timestamp from the future', body, signed(new Date(Date.now() + 400_000)), secret],
    ['a missing header', body, { ...signed(), 'webhook-id': '' }, secret],
    ['a secret without its prefix', body, signed(), secret.slice(6)],
    ['a signature that is no base64', body, { ...signed(), 'webhook-signature': 'v1,***' }, secret],
  ])('refuses %s', async (_name, text, headers, key) => {
    await expect(unwrapWebhook(text, headers, key)).rejects.toThrow(WebhookVerificationError);
  });
});
