import { describe, expect, test } from 'vitest';
import type { WebhookSender } from '../../src/services/ports.ts';

export interface OpenWebhookSender extends AsyncDisposable {
  /** As a deployment has it. */
  readonly strict: WebhookSender;
  /** As one's own machine may have it: private addresses, too. */
  readonly lenient: WebhookSender;
  /** A server that behaves as its paths say (tests/support/scripted-peer.ts). */
  readonly peerUrl: string;
}

const MESSAGE = {
  headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1', 'user-agent': 'levigate-webhooks/1' },
  body: '{"é":1}',
  timeoutMs: 5_000,
};
const REFUSED = { code: 'invalid_webhook_url', param: 'url' };

/** How webhooks leave, on every platform. */
export function describeWebhookSender(platform: string, open: () => Promise<OpenWebhookSender>): void {
  describe(`contract: webhook sender (${platform})`, () => {
    test('posts, and tells status and Retry-After', async () => {
      await using opened = await open();
      const url = `${opened.peerUrl}/tell/503?retry-after=7&token=a%20b`;
      expect(await opened.lenient.send({ url, ...MESSAGE })).toEqual({ status: 503, retryAfter: '7' });
      expect(await opened.lenient.send({ url: `${opened.peerUrl}/tell/204`, ...MESSAGE })).toEqual({
        status: 204,
        retryAfter: null,
      });
    });

    test('does not follow a redirect', async () => {
      await using opened = await open();
      const url = `${opened.peerUrl}/tell/307?location=/tell/200`;
      expect(await opened.lenient.send({ url, ...MESSAGE })).toEqual({ status: 307, retryAfter: null });
    });

    test('gives up at the deadline when no answer comes', async () => {
      await using opened = await open();
      const url = `${opened.peerUrl}/hang/deadline`;
      await expect(opened.lenient.send({ url, ...MESSAGE, timeoutMs: 100 })).rejects.toMatchObject({
        name: 'TimeoutError',
      });
    });

    test('gives up when it is told to', async () => {
      await using opened = await open();
      const abort = new AbortController();
      const sent = opened.lenient.send({ url: `${opened.peerUrl}/hang/told`, ...MESSAGE, signal: abort.signal });
      abort.abort(new Error('stopping'));
      await expect(sent).rejects.toThrow('stopping');
    });

    test("does not wait for an answer's body", async () => {
      await using opened = await open();
      const sent = await opened.lenient.send({ url: `${opened.peerUrl}/hang-in-body`, ...MESSAGE, timeoutMs: 20_000 });
      expect(sent).toMatchObject({ status: 200 });
    });

    test('rejects when nobody listens', async () => {
      await using opened = await open();
      await expect(opened.lenient.send({ url: 'http://127.0.0.1:1/', ...MESSAGE })).rejects.toThrow();
    });

    test.each([
      'http://example.com/',
      'https://user:password@example.com/',
      'ftp://example.com/',
      'no url',
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://[::ffff:10.0.0.1]/',
      'https://169.254.169.254/latest/meta-data',
      'https://10.1.2.3/',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://localhost/',
      'https://printer.local/',
      'https://metadata.google.internal/',
    ])('refuses %s when it is made and when it is sent to', async (url) => {
      await using opened = await open();
      const refusal = new Promise((resolve) => resolve(opened.strict.assertAllowed(url)));
      await expect(refusal).rejects.toMatchObject(REFUSED);
      await expect(opened.strict.send({ url, ...MESSAGE })).rejects.toMatchObject(REFUSED);
    });

    test('allows a public address, of which nothing is asked yet', async () => {
      await using opened = await open();
      expect(() => opened.strict.assertAllowed('https://example.com/hook')).not.toThrow();
    });
  });
}
