import { getLogger } from '@logtape/logtape';
import { z } from 'zod';
import { HOUR_MS } from '../../contract/index.ts';
import { claimWake } from '../../store/queries/scheduled-wakes.ts';
import type { Services } from '../../services/ports.ts';

const log = getLogger(['levigate', 'clock']);

/** A message says when to look, and nothing else: what there is to send stands in SQL. */
const Wake = z.object({ kind: z.literal('outbox'), due_ms: z.number() });
type Wake = z.infer<typeof Wake>;

const NAME = 'outbox';
/** A queue holds a message back for 12 hours at most. */
const MAX_DELAY_MS = 12 * HOUR_MS;

export interface OutboxClock {
  /** Looks at the outbox as soon as the queue delivers. Never rejects: a wake that is lost is made good by the next tick. */
  wake(): Promise<void>;
  /** Looks now, and sees to a look when the next delivery is due. */
  tick(): Promise<void>;
  /** What the queue delivers. Rejects when the look failed, so that the queue delivers again. */
  consume(messages: readonly QueueMessage[]): Promise<void>;
}
export type QueueMessage = Pick<Message, 'body' | 'retry'>;

export interface OutboxClockOptions extends Pick<Services, 'db' | 'clock'> {
  readonly queue: Pick<Queue<Wake>, 'send'>;
  readonly run: () => Promise<{ readonly nextDueMs: number | null }>;
}

/**
 * The outbox's clock on Cloudflare: a queue message wakes it, at once or later, beyond 12 hours hop by hop. One message is on its way
 * for the next due time, however many gateways look; cron ticks as well, so that a lost message costs a minute and no delivery.
 */
export function createOutboxClock({ queue, db, clock, run }: OutboxClockOptions): OutboxClock {
  async function send(dueMs: number): Promise<void> {
    const waitMs = Math.min(Math.max(0, dueMs - clock.nowMs()), MAX_DELAY_MS);
    await queue.send({ kind: NAME, due_ms: dueMs }, { delaySeconds: Math.ceil(waitMs / 1_000) });
  }

  async function tick(): Promise<void> {
    const { nextDueMs } = await run();
    if (nextDueMs === null) return;
    const isOurs = await claimWake(db, { name: NAME, dueMs: nextDueMs, nowMs: clock.nowMs() });
    if (isOurs) await send(nextDueMs);
  }

  return {
    wake: () =>
      send(clock.nowMs()).catch((error: unknown) => log.warn('the outbox was not woken: cron will do it', { error })),
    tick,
    async consume(messages) {
      const dueTimes = messages.flatMap(dueTimeOf);
      const nowMs = clock.nowMs();
      for (const dueMs of dueTimes.filter((each) => each > nowMs)) await send(dueMs);
      if (dueTimes.some((dueMs) => dueMs <= nowMs)) await tick();
    },
  };
}

/** None of a message that is not ours: after its retries it ends among the dead letters. */
function dueTimeOf(message: QueueMessage): number[] {
  const parsed = Wake.safeParse(message.body);
  if (parsed.success) return [parsed.data.due_ms];
  message.retry();
  return [];
}
