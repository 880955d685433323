import { getLogger } from '@logtape/logtape';
import { streamSSE } from 'hono/streaming';
import type { SSEStreamingApi } from 'hono/streaming';
import type { EventBatch } from '../../../services/jobs/watch-events.ts';
import type { GatewayContext } from '../../gateway-env.ts';

const log = getLogger(['levigate', 'gateway']);

const POLL_MS = 500;
// A job that says nothing for long is asked less often.
const SLOW_POLL_MS = 1_000;
const FAST_POLLS = 20;
// workerd sees that a client has gone only through writes.
const PING_MS = 3_000;
const MAX_LIFE_MS = 5 * 60_000;
// Each makes two queries, and one request of a Worker may make a thousand.
const MAX_POLLS = 450;
const RECONNECT_MS = 1_000;

/** Sends events as they come, each with its id, until the last one, until the client goes, for five minutes or 450 looks. */
export function streamEvents(c: GatewayContext, nextBatch: () => Promise<EventBatch>): Response {
  return streamSSE(
    c,
    async (stream) => {
      const endMs = performance.now() + MAX_LIFE_MS;
      let nextPingMs = performance.now() + PING_MS;
      let quiet = 0;
      const isOver = () => stream.aborted || stream.closed || c.req.raw.signal.aborted || performance.now() >= endMs;
      for (let polls = 0; polls < MAX_POLLS && !isOver(); polls += 1) {
        const { events, isLast } = await nextBatch();
        for (const event of events) await stream.writeSSE({ id: event.id, data: JSON.stringify(event) });
        if (isLast) return;
        if (events.length > 0) {
          nextPingMs = performance.now() + PING_MS;
          quiet = 0;
          continue;
        }
        if (performance.now() >= nextPingMs) {
          await stream.write(': ping\n\n');
          nextPingMs = performance.now() + PING_MS;
        }
        quiet += 1;
        await stream.sleep(quiet <= FAST_POLLS ? POLL_MS : SLOW_POLL_MS);
      }
      await sayReconnect(stream);
    },
    // The status is sent already: the client reconnects by itself, from the last id it saw.
    async (error) => {
      log.error('an event stream broke', { requestId: c.get('requestId'), error });
    },
  );
}

const sayReconnect = (stream: SSEStreamingApi) => stream.write(`retry: ${RECONNECT_MS}\n\n`);
