import { findNextAttemptMs } from '../../store/queries/webhook-deliveries.ts';
import { deliverDueWebhooks } from './deliver-due.ts';
import { fanOutWebhookEvents } from './fan-out-events.ts';
import type { OutboxServices } from './outbox-services.ts';

const CONCURRENT_SENDS = 16;
/** Bounded, as one run of a Worker may make a thousand queries: two for a send, and up to four for a look after each. */
const MAX_SENDS_PER_RUN = 100;
/** A receiver that hangs must not hold up what happens meanwhile. */
const LOOK_AGAIN_MS = 500;

/**
 * Fans out what happened and sends what is due, until nothing is. Any number of gateways may run it at once; what is
 * written while it runs is sent too. The signal ends it without waiting for receivers; what they did not answer stays due.
 * @returns when the next delivery is due; null when none is pending
 */
export async function runOutbox(
  services: OutboxServices,
  signal?: AbortSignal,
): Promise<{ readonly nextDueMs: number | null }> {
  const sending = new Set<Promise<void>>();
  let left = MAX_SENDS_PER_RUN;
  let begun: readonly Promise<void>[];
  try {
    do {
      if (signal?.aborted === true) break;
      await fanOutWebhookEvents(services);
      begun = await deliverDueWebhooks(services, { limit: Math.min(CONCURRENT_SENDS - sending.size, left), signal });
      left -= begun.length;
      for (const send of begun) {
        sending.add(send);
        void send.then(() => sending.delete(send));
      }
      if (sending.size > 0) await firstOrTimeout([...sending], LOOK_AGAIN_MS);
    } while (begun.length > 0 || sending.size > 0);
  } finally {
    await Promise.all(sending);
  }
  return { nextDueMs: await findNextAttemptMs(services.db) };
}

async function firstOrTimeout(sending: readonly Promise<void>[], timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  await Promise.race([...sending, promise]);
  clearTimeout(timer);
}
