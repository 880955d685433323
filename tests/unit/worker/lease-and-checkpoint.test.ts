import { describe, expect, test, vi } from 'vitest';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { LeasedJob, LeaseHeartbeat } from '../../../src/contract/worker-protocol.ts';
import { GatewayError } from '../../../gpu-worker/src/gateway-api/gateway-error.ts';
import { createCheckpointUploader } from '../../../gpu-worker/src/jobs/checkpoint-uploader.ts';
import { message } from '../../../gpu-worker/src/jobs/job-events.ts';
import { keepLease } from '../../../gpu-worker/src/jobs/lease-keeper.ts';
import { leasedJob } from './support/fake-gateway.ts';

const lease: LeasedJob = leasedJob();
const never = new AbortController().signal;
/** Looks every millisecond, as the beats come. */
const until = (isSo: () => boolean) => vi.waitUntil(isSo, { interval: 1 });
type Beat = (heartbeat: LeaseHeartbeat) => 'continue' | 'cancel' | 'pause' | Error;

function keep(beat: Beat, shutdown = never) {
  const sent: LeaseHeartbeat[] = [];
  const client = {
    heartbeatJob: async (_job: string, heartbeat: LeaseHeartbeat) => {
      sent.push(heartbeat);
      const order = beat(heartbeat);
      if (order instanceof Error) throw order;
      return { order };
    },
  };
  return { sent, keeper: keepLease(client, lease, { shutdown, tickMs: 1 }) };
}

describe('a lease', () => {
  test.each(['cancel', 'pause'] as const)('ends with the order %s', async (order) => {
    const { keeper } = keep(() => order);
    await until(() => keeper.signal.aborted);
    expect(keeper.signal.reason).toMatchObject({ kind: order });
    await keeper.finish();
  });

  test('ends as lost when the gateway says so', async () => {
    const { keeper } = keep(() => new GatewayError('stale token', { status: 409, code: 'lease_lost' }));
    await until(() => keeper.signal.aborted);
    expect(keeper.signal.reason).toMatchObject({ kind: 'lost' });
    await keeper.finish();
  });

  test('outlives a gateway that is away, and sends its events once it is back', async () => {
    let tries = 0;
    const { keeper, sent } = keep(() => ((tries += 1) < 4 ? new GatewayError('refused', { status: 0 }) : 'continue'));
    keeper.event(message('info', 'told once'));
    await until(() => tries >= 4);
    expect(keeper.signal.aborted).toBe(false);
    expect(await keeper.finish()).toEqual([]);
    expect(sent.at(-1)?.lease_token).toBe(lease.lease_token);
  });

  test('gives an event the same number however often it is sent, and no two the same', async () => {
    const lost = new GatewayError('the answer was lost', { status: 0 });
    const { keeper, sent } = keep(({ events }) => (events.length < 2 ? lost : 'continue'));
    const numbersOf = ({ events }: LeaseHeartbeat) => events.map((event) => `${event.message}${event.sequence}`);
    keeper.event(message('info', 'a'));
    await until(() => sent.filter(({ events }) => events.length === 1).length >= 2);
    keeper.event(message('info', 'b'));
    await until(() => sent.some(({ events }) => events.length === 2));
    await keeper.finish();
    expect(new Set(sent.flatMap(numbersOf))).toEqual(new Set(['a0', 'b1']));
  });

  test('ends by shutdown', async () => {
    const stop = new AbortController();
    const { keeper } = keep(() => 'continue', stop.signal);
    stop.abort();
    expect(keeper.signal.reason).toMatchObject({ kind: 'shutdown' });
    await keeper.finish();
  });
});

describe('the checkpoint uploader', () => {
  const bytes = (value: number) => Uint8Array.of(value);

  test('uploads the newest of those that came while one was under way', async () => {
    const uploads: number[] = [];
    const first = Promise.withResolvers<void>();
    const uploader = createCheckpointUploader({
      signal: never,
      spacingMs: 1,
      onError: () => {},
      upload: async ([value = -1]) => {
        uploads.push(value);
        if (value === 1) await first.promise;
      },
    });
    uploader.offer(bytes(1));
    uploader.offer(bytes(2));
    uploader.offer(bytes(3));
    first.resolve();
    await until(() => uploads.length === 2);
    await uploader.flush();
    expect(uploads).toEqual([1, 3]);
  });

  test('uploads what waits when it is flushed, without its spacing', async () => {
    const uploads: number[] = [];
    const uploader = createCheckpointUploader({
      signal: never,
      spacingMs: 60_000,
      onError: () => {},
      upload: async ([value = -1]) => void uploads.push(value),
    });
    uploader.offer(bytes(1));
    await until(() => uploads.length === 1);
    uploader.offer(bytes(2));
    await uploader.flush();
    expect(uploads).toEqual([1, 2]);
  });

  test('goes on after an upload that failed', async () => {
    const errors: unknown[] = [];
    let tries = 0;
    const uploader = createCheckpointUploader({
      signal: never,
      spacingMs: 1,
      onError: (error) => errors.push(error),
      upload: async () => {
        if ((tries += 1) === 1) throw new LevigateError('internal', 'disk full');
      },
    });
    uploader.offer(bytes(1));
    await until(() => errors.length === 1);
    uploader.offer(bytes(2));
    await until(() => tries === 2);
    await uploader.discard();
  });
});
