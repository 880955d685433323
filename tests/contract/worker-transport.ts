import { describe, expect, test } from 'vitest';
import type { WorkerTransport } from '../../src/services/ports.ts';

export interface OpenWorkerTransport extends AsyncDisposable {
  readonly transport: WorkerTransport;
  /** A server that behaves as its paths say (tests/support/scripted-peer.ts). */
  readonly peerUrl: string;
}

const call = (url: string) => ({ url, accessToken: 'secret', body: '{"a":"ü"}', timeoutMs: 5_000, requestId: 'req_1' });

/** How a gateway speaks to its workers, on every platform. */
export function describeWorkerTransport(platform: string, open: () => Promise<OpenWorkerTransport>): void {
  describe(`contract: worker transport (${platform})`, () => {
    test('carries body, token and request id there, and status, body and Retry-After back', async () => {
      await using opened = await open();
      const answer = await opened.transport.post(call(`${opened.peerUrl}/tell/429?retry-after=3`));
      expect(answer).toMatchObject({ status: 429, retryAfter: '3' });
      expect(JSON.parse(answer.body)).toMatchObject({
        method: 'POST',
        body: '{"a":"ü"}',
        headers: { authorization: 'Bearer secret', 'x-request-id': 'req_1', 'content-type': 'application/json' },
      });
    });

    test('has no Retry-After where none was sent, and hands on any status', async () => {
      await using opened = await open();
      for (const status of [200, 404, 500, 503]) {
        const answer = await opened.transport.post(call(`${opened.peerUrl}/tell/${status}`));
        expect(answer).toMatchObject({ status, retryAfter: null });
      }
    });

    test('carries two megabytes there and back', async () => {
      await using opened = await open();
      const body = JSON.stringify({ text: 'é'.repeat(1_000_000) });
      const answer = await opened.transport.post({ ...call(`${opened.peerUrl}/tell/200`), body });
      expect((JSON.parse(answer.body) as { readonly body: string }).body === body).toBe(true);
    });

    test('does not follow a redirect: it would take the token elsewhere', async () => {
      await using opened = await open();
      const url = `${opened.peerUrl}/tell/307?location=/tell/200`;
      expect(await opened.transport.post(call(url))).toMatchObject({ status: 307 });
    });

    test.each(['hang/deadline', 'hang-in-body'])('rejects with timeout past the deadline: %s', async (path) => {
      await using opened = await open();
      const url = `${opened.peerUrl}/${path}`;
      await expect(opened.transport.post({ ...call(url), timeoutMs: 100 })).rejects.toMatchObject({ code: 'timeout' });
    });

    test("rejects with the caller's own reason when the caller goes, and it is no timeout", async () => {
      await using opened = await open();
      const abort = new AbortController();
      const answer = opened.transport.post({ ...call(`${opened.peerUrl}/hang/gone`), signal: abort.signal });
      abort.abort(new Error('client gone'));
      await expect(answer).rejects.toThrow('client gone');
    });

    test('a worker that is gone, and one that dies in the middle of its answer, reject without a code of ours', async () => {
      await using opened = await open();
      for (const url of [`${opened.peerUrl}/cut`, 'http://127.0.0.1:1/predict'])
        await expect(opened.transport.post(call(url))).rejects.not.toMatchObject({ name: 'LevigateError' });
    });
  });
}
