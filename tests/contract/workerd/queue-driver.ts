import { createOutboxClock } from '../../../src/platform/cloudflare/outbox-clock.ts';
import type { OpenOutbox, OutboxDriver, SettableClock } from '../outbox.ts';

const MAX_DELAY_S = 43_200;
/** As wrangler.toml has them. */
const RETRY_DELAY_MS = 10_000;
const MAX_RETRIES = 5;

interface Held {
  readonly body: unknown;
  readonly atMs: number;
  readonly retries: number;
}

/** A queue of which the test is the time: it delivers when its clock gets there, again after a failure, and gives up as Cloudflare's does. */
function createFakeQueue(clock: SettableClock) {
  let held: Held[] = [];
  const dead: unknown[] = [];
  return {
    dead,
    /** In seconds, of every message that was sent. */
    delays: [] as number[],
    async send(body: unknown, { delaySeconds = 0 }: { readonly delaySeconds?: number } = {}) {
      if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > MAX_DELAY_S)
        throw new Error(`a queue takes no delay of ${delaySeconds} s`);
      this.delays.push(delaySeconds);
      held.push({ body, atMs: clock.nowMs() + delaySeconds * 1_000, retries: 0 });
      // Its answer is not looked at.
      return { metadata: { metrics: { backlogCount: held.length, backlogBytes: 0 } } };
    },
    lose: () => void (held = []),
    async deliverUntil(nowMs: number, consume: (message: { body: unknown; retry: () => void }) => Promise<void>) {
      for (;;) {
        const next = held.toSorted((a, b) => a.atMs - b.atMs).find(({ atMs }) => atMs <= nowMs);
        if (!next) break;
        held = held.filter((each) => each !== next);
        clock.set(next.atMs);
        let isRetried = false;
        await consume({ body: next.body, retry: () => void (isRetried = true) }).catch(() => (isRetried = true));
        if (!isRetried) continue;
        if (next.retries === MAX_RETRIES) dead.push(next.body);
        else held.push({ ...next, atMs: clock.nowMs() + RETRY_DELAY_MS, retries: next.retries + 1 });
      }
      clock.set(nowMs);
    },
  };
}

/** The outbox's clock of Cloudflare over such a queue. */
export const startQueueDriver: OpenOutbox['start'] = ({ db, clock, run }): OutboxDriver => {
  const queue = createFakeQueue(clock);
  const outbox = createOutboxClock({ queue, db, clock, run });
  return {
    wake: () => void outbox.wake(),
    runUntil: (nowMs) => queue.deliverUntil(nowMs, (message) => outbox.consume([message])),
    tick: () => outbox.tick(),
    lose: async () => queue.lose(),
    [Symbol.asyncDispose]: async () => {},
  };
};
