import { describe, expect, test } from 'vitest';
import type { RateLimiter } from '../../src/services/ports.ts';

export interface OpenRateLimiter extends AsyncDisposable {
  readonly limiter: RateLimiter;
}

/** Ten seconds a piece: none comes back while a test runs. */
const SLOW = 6;
/** A piece every millisecond. */
const FAST = 60_000;

let projects = 0;
/** No test sees what another used. */
const newProject = (): string => `proj_${Date.now()}_${(projects += 1)}`;

/** What every limiter keeps, whatever is behind it. Times are real: an implementation may have a clock of its own. */
export function describeRateLimiter(platform: string, open: () => Promise<OpenRateLimiter>): void {
  describe(`contract: rate limiter (${platform})`, () => {
    test('grants a bucket in full and then refuses, with when to come again', async () => {
      await using opened = await open();
      const project = newProject();
      const take = (amount: number) =>
        opened.limiter.take(project, { buckets: [{ name: 'requests', perMinute: SLOW, amount }] });
      const first = await take(2);
      expect(first).toMatchObject({ refusedBy: null, retryAfterMs: 0, buckets: [{ limit: SLOW, remaining: 4 }] });
      expect(first.buckets[0]?.resetMs).toBeGreaterThan(15_000);
      expect(first.buckets[0]?.resetMs).toBeLessThanOrEqual(20_000);
      expect((await take(4)).buckets).toMatchObject([{ remaining: 0 }]);
      const refused = await take(1);
      expect(refused).toMatchObject({ refusedBy: 'requests', buckets: [{ name: 'requests', remaining: 0 }] });
      expect(refused.retryAfterMs).toBeGreaterThan(5_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(10_000);
    });

    test('takes from all buckets or from none', async () => {
      await using opened = await open();
      const project = newProject();
      const take = (amounts: readonly [number, number]) =>
        opened.limiter.take(project, {
          buckets: amounts.map((amount, index) => ({ name: `b${index}`, perMinute: SLOW, amount })),
        });
      expect(await take([6, 1])).toMatchObject({ refusedBy: null });
      expect(await take([1, 3])).toMatchObject({ refusedBy: 'b0', buckets: [{ remaining: 0 }, { remaining: 5 }] });
      expect(await take([0, 5])).toMatchObject({ refusedBy: null, buckets: [{ remaining: 0 }, { remaining: 0 }] });
    });

    test('refills steadily', async () => {
      await using opened = await open();
      const project = newProject();
      const take = (amount: number) =>
        opened.limiter.take(project, { buckets: [{ name: 'tokens', perMinute: FAST, amount }] });
      expect(await take(FAST)).toMatchObject({ refusedBy: null });
      await expect.poll(() => take(20), { interval: 5 }).toMatchObject({ refusedBy: null });
    });

    test('more than a bucket holds is granted by a full one, and owed', async () => {
      await using opened = await open();
      const project = newProject();
      const take = (amount: number) =>
        opened.limiter.take(project, { buckets: [{ name: 'tokens', perMinute: SLOW, amount }] });
      expect(await take(9)).toMatchObject({ refusedBy: null, buckets: [{ remaining: 0 }] });
      const refused = await take(1);
      expect(refused.refusedBy).toBe('tokens');
      expect(refused.retryAfterMs).toBeGreaterThan(35_000);
    });

    test('what is settled goes back, or is taken without asking', async () => {
      await using opened = await open();
      const project = newProject();
      const bucket = (amount: number) => ({ buckets: [{ name: 'tokens', perMinute: SLOW, amount }] });
      await opened.limiter.take(project, bucket(5));
      await opened.limiter.settle(project, bucket(-3));
      expect((await opened.limiter.take(project, bucket(0))).buckets).toMatchObject([{ remaining: 4 }]);
      await opened.limiter.settle(project, bucket(4));
      expect(await opened.limiter.take(project, bucket(1))).toMatchObject({ refusedBy: 'tokens' });
    });

    test('counts requests at a time until each is settled', async () => {
      await using opened = await open();
      const project = newProject();
      const begin = (id: string) => opened.limiter.take(project, { buckets: [], concurrent: { max: 2, id } });
      expect(await begin('a')).toMatchObject({ refusedBy: null });
      expect(await begin('b')).toMatchObject({ refusedBy: null });
      expect(await begin('c')).toMatchObject({ refusedBy: 'concurrent' });
      await opened.limiter.settle(project, { concurrentId: 'a' });
      expect(await begin('c')).toMatchObject({ refusedBy: null });
    });

    test('many at once are granted as many as there are', async () => {
      await using opened = await open();
      const project = newProject();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          opened.limiter.take(project, { buckets: [{ name: 'requests', perMinute: SLOW, amount: 1 }] }),
        ),
      );
      expect(answers.filter(({ refusedBy }) => refusedBy === null)).toHaveLength(SLOW);
    });

    test('projects do not share', async () => {
      await using opened = await open();
      const request = { buckets: [{ name: 'requests', perMinute: SLOW, amount: SLOW }] };
      for (let count = 0; count < 2; count += 1)
        expect(await opened.limiter.take(newProject(), request)).toMatchObject({ refusedBy: null });
    });
  });
}
