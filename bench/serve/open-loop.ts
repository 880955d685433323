import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/engine/index.ts';
import type { HttpClient, Reply } from './http-client.ts';
import { quantiles } from './spread.ts';

/** A request that was sent when its time had come, whatever had become of those before it. */
export interface Sample {
  /** Position of its body. */
  readonly body: number;
  readonly reply: Reply;
  /** Since the load began. */
  readonly dueMs: number;
  /** From when it was due until it was answered: a caller waits for a late sender too. */
  readonly latencyMs: number;
}

export interface OpenLoop {
  readonly client: HttpClient;
  /** Taken in turns. */
  readonly bodies: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly random: Random;
}

/** What a sender may be late by, at the 99th percentile, before it is no load of the kind asked for. */
const MAX_LAG_MS = Number(process.env['LEVIGATE_BENCH_MAX_LAG_MS'] ?? 25);

/**
 * Requests at random times, as many a second on average as asked for (Poisson). @throws Error where this process could not keep pace,
 * as then the figures would be its own
 */
export async function runOpenLoop({
  client,
  bodies,
  perSecond,
  seconds,
  random,
}: OpenLoop): Promise<readonly Sample[]> {
  const sending: Promise<Sample>[] = [];
  const lags: number[] = [];
  const startedMs = performance.now();
  let dueMs = 0;
  for (;;) {
    dueMs += (-1_000 * Math.log(1 - random.uniform())) / perSecond;
    if (dueMs > 1_000 * seconds) break;
    const waitMs = startedMs + dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const lateMs = Math.max(0, performance.now() - startedMs - dueMs);
    lags.push(lateMs);
    sending.push(send(client, { bodies, body: sending.length % bodies.length, dueMs, lateMs }));
  }
  const samples = await Promise.all(sending);
  const lag = quantiles(lags)(0.99);
  if (lag > MAX_LAG_MS)
    throw new Error(`the load generator was ${lag.toFixed(1)} ms late (p99): the machine is too busy`);
  return samples;
}

interface Due {
  readonly bodies: readonly string[];
  readonly body: number;
  readonly dueMs: number;
  readonly lateMs: number;
}

async function send(client: HttpClient, { bodies, body, dueMs, lateMs }: Due): Promise<Sample> {
  const reply = await client.post(bodies[body] ?? '');
  return { body, reply, dueMs, latencyMs: reply.ms + lateMs };
}
