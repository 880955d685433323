import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createNodeGateway } from '../../../support/gateway.ts';
import { uploadForm } from '../../../support/multipart.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a key is held for as long as its request is worked on, and not a moment longer', async () => {
  const { promise: isHeld, resolve: release } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await using gateway = await createNodeGateway({ blobs: { beforePut: () => (begun.resolve(), isHeld) } });
  const upload = () =>
    gateway.json('/v1/files', { method: 'POST', body: uploadForm(), headers: { 'idempotency-key': 'k1' } });
  const first = upload();
  await begun.promise;
  for (let seconds = 0; seconds < 120; seconds += 10) {
    gateway.clock.advance(10_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await upload()).body.error?.code, `after ${seconds + 10} s`).toBe('idempotency_key_in_use');
  }
  release();
  const { status, body } = await first;
  expect(status).toBe(200);
  expect((await upload()).body.id).toBe(body.id);
  expect((await gateway.json('/v1/files')).body.data).toHaveLength(1);
  const before = await gateway.countQueries();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await gateway.countQueries()).toBe(before);
});
