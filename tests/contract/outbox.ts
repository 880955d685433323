import { describe, expect, test } from 'vitest';
import type { Clock, WebhookAnswer } from '../../src/services/ports.ts';
import { newWebhookEvent } from '../../src/services/events/new-event.ts';
import { MAX_ATTEMPTS } from '../../src/services/webhooks/retry-schedule.ts';
import { runOutbox } from '../../src/services/webhooks/run-outbox.ts';
import { createSigningSecret } from '../../src/services/webhooks/signing.ts';
import type { Database } from '../../src/store/database.ts';
import { insertProjectIfMissing } from '../../src/store/queries/projects.ts';
import { webhookDeliveries, webhookEndpoints, webhookEvents } from '../../src/store/schema.ts';

const PROJECT = 'proj_a';
const START_MS = Date.UTC(2026, 10, 1);
const HOUR_MS = 3_600_000;

export interface SettableClock extends Clock {
  set(nowMs: number): void;
}

/** The platform's clock over an outbox that `run` works off. */
export interface OutboxDriver extends AsyncDisposable {
  /** As `Services.wakeOutbox`. */
  wake(): void;
  /** Time passes, and the platform does by itself what it does until then, but for its periodic look. */
  runUntil(nowMs: number): Promise<void>;
  /** The periodic look: an interval, or cron. */
  tick(): Promise<void>;
  /** Whatever it knew of the future beside the database is gone. */
  lose(): Promise<void>;
}

export interface OpenOutbox extends AsyncDisposable {
  /** Empty. */
  readonly db: Database;
  start(parts: {
    readonly db: Database;
    readonly clock: SettableClock;
    readonly run: () => Promise<{ readonly nextDueMs: number | null }>;
  }): OutboxDriver;
}

/** When webhooks leave, on every platform: nothing that was written is lost, nothing goes twice, and retries keep their times. */
export function describeOutbox(platform: string, open: () => Promise<OpenOutbox>): void {
  describe(`contract: outbox (${platform})`, () => {
    test('what was written leaves once it is told of, and once', async () => {
      await using outbox = await prepare(await open(), () => 200);
      const id = await outbox.emit();
      outbox.driver.wake();
      outbox.driver.wake();
      await outbox.driver.runUntil(START_MS + 1_000);
      expect(outbox.sent).toEqual([id]);
      await outbox.driver.runUntil(START_MS + 60_000);
      expect(outbox.sent).toEqual([id]);
    });

    test('a wake that was lost is made good by the next periodic look', async () => {
      await using outbox = await prepare(await open(), () => 200);
      const id = await outbox.emit();
      outbox.driver.wake();
      await outbox.driver.lose();
      await outbox.driver.tick();
      expect(outbox.sent).toEqual([id]);
    });

    test('every retry leaves at its time, those of more than twelve hours too, and not before', async () => {
      await using outbox = await prepare(await open(), () => 500);
      await outbox.emit();
      outbox.driver.wake();
      await outbox.driver.runUntil(START_MS);
      let longestWaitMs = 0;
      for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
        expect(outbox.sent).toHaveLength(attempt);
        const dueMs = await outbox.nextAttemptMs();
        longestWaitMs = Math.max(longestWaitMs, dueMs - outbox.clock.nowMs());
        await outbox.driver.runUntil(dueMs - 2_000);
        expect(outbox.sent).toHaveLength(attempt);
        await outbox.driver.runUntil(dueMs + 2_000);
      }
      expect(outbox.sent).toHaveLength(MAX_ATTEMPTS);
      expect(longestWaitMs).toBeGreaterThan(12 * HOUR_MS);
    });

    test('a retry whose clock was lost leaves at the next periodic look', async () => {
      await using outbox = await prepare(await open(), (attempt) => (attempt === 1 ? 500 : 200));
      const id = await outbox.emit();
      outbox.driver.wake();
      await outbox.driver.runUntil(START_MS);
      await outbox.driver.lose();
      await outbox.driver.runUntil((await outbox.nextAttemptMs()) + 1);
      await outbox.driver.tick();
      expect(outbox.sent).toEqual([id, id]);
    });

    test('looks at once send nothing twice', async () => {
      await using outbox = await prepare(await open(), () => 200);
      const ids = [];
      for (let count = 0; count < 20; count += 1) ids.push(await outbox.emit());
      outbox.driver.wake();
      await Promise.all([outbox.driver.tick(), outbox.driver.tick(), outbox.driver.runUntil(START_MS + 5_000)]);
      expect(outbox.sent.toSorted()).toEqual(ids.toSorted());
    });

    test('a look that failed is made good', async () => {
      let isDown = true;
      await using outbox = await prepare(
        await open(),
        () => 200,
        async (run) => {
          if (isDown) throw new Error('the database is away');
          return run();
        },
      );
      const id = await outbox.emit();
      outbox.driver.wake();
      await outbox.driver.runUntil(START_MS + 1_000);
      expect(outbox.sent).toEqual([]);
      isDown = false;
      await outbox.driver.runUntil(START_MS + 60_000);
      await outbox.driver.tick();
      expect(outbox.sent).toEqual([id]);
    });
  });
}

type Run = () => Promise<{ readonly nextDueMs: number | null }>;

async function prepare(
  opened: OpenOutbox,
  answer: (attempt: number) => number,
  around: (run: Run) => ReturnType<Run> = (run) => run(),
) {
  const { db } = opened;
  let nowMs = START_MS;
  const clock: SettableClock = { nowMs: () => nowMs, set: (ms) => void (nowMs = Math.max(nowMs, ms)) };
  const sent: string[] = [];
  const send = async ({ body }: { readonly body: string }): Promise<WebhookAnswer> => {
    sent.push((JSON.parse(body) as { readonly id: string }).id);
    return { status: answer(sent.length), retryAfter: null };
  };
  const services = { db, clock, webhooks: { assertAllowed: () => {}, send } };
  await insertProjectIfMissing(db, { id: PROJECT, name: 'a', cacheSalt: 'salt', createdMs: START_MS });
  await db.insert(webhookEndpoints).values(endpoint());
  const driver = opened.start({ db, clock, run: () => around(() => runOutbox(services)) });
  return {
    clock,
    driver,
    sent,
    async emit(): Promise<string> {
      const type = 'fine_tuning.job.succeeded';
      const event = newWebhookEvent({ projectId: PROJECT, type, subjectId: 'ftjob-1', nowMs: clock.nowMs() });
      await db.insert(webhookEvents).values(event);
      return event.id;
    },
    async nextAttemptMs(): Promise<number> {
      const [row] = await db.select({ dueMs: webhookDeliveries.nextAttemptMs }).from(webhookDeliveries);
      if (typeof row?.dueMs !== 'number') throw new Error('nothing is to be sent again');
      return row.dueMs;
    },
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

const endpoint = () => ({
  id: 'we_000000000000000000000001',
  projectId: PROJECT,
  url: 'https://example.com/hook',
  name: null,
  eventTypes: ['fine_tuning.job.succeeded' as const],
  secret: createSigningSecret(),
  status: 'enabled' as const,
  createdMs: START_MS,
});
