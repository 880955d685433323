import { expect, test } from 'vitest';
import { refuseFlood } from '../../../../src/platform/cloudflare/refuse-flood.ts';

/** Lets two requests of each key through. */
function twoEach(): { limit: (options: { key: string }) => Promise<{ success: boolean }> } {
  const seen = new Map<string, number>();
  return {
    limit: ({ key }) => {
      seen.set(key, (seen.get(key) ?? 0) + 1);
      return Promise.resolve({ success: (seen.get(key) ?? 0) <= 2 });
    },
  };
}

const from = (address: string): Request =>
  new Request('https://levigate.example/v1/models', { headers: { 'cf-connecting-ip': address } });

test('an address that asks too often is told to wait, in the shape of every error; others go on', async () => {
  const limiter = twoEach();
  for (let request = 0; request < 2; request += 1) expect(await refuseFlood(from('192.0.2.1'), limiter)).toBeNull();
  const refused = await refuseFlood(from('192.0.2.1'), limiter);
  expect(refused?.status).toBe(429);
  expect(refused?.headers.get('retry-after')).toBe('60');
  expect(await refused?.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } });
  expect(await refuseFlood(from('192.0.2.2'), limiter)).toBeNull();
});

test('requests without an address, as in development, are not counted together', async () => {
  const limiter = twoEach();
  for (let request = 0; request < 5; request += 1) {
    expect(await refuseFlood(new Request('https://levigate.example/'), limiter)).toBeNull();
  }
});
